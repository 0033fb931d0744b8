import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Button } from 'react-aria-components'
import { ask } from '../ask.ts'
import { Problem } from '../parts/notice.tsx'
import { atTime } from '../words.ts'
import { Accesses } from './accesses.tsx'
import { Certificate } from './certificate.tsx'
import { Collect } from './collect.tsx'
import { Declaration, Receipt, Sheet } from './papers.tsx'
import { refusalSaid, said } from './texts.ts'
import type { Declared, Issued, Refusal, Served, Use } from './told.ts'

/** One citizen at the counter, from the first question to the last sheet. Nothing of it outlives this page. */
export function Serve({ served, onEnd, onPaper }: { served: Served; onEnd(): void; onPaper(): void }) {
  const { visit, person, uses, until } = served
  const [use, setUse] = useState<Use | null>(null)
  const [issued, setIssued] = useState<Issued | null>(null)
  const [declared, setDeclared] = useState<Declared | null>(null)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const [problem, setProblem] = useState<unknown>(null)
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => title.current?.focus(), [])

  async function declare() {
    setProblem(null)
    try {
      const told = await ask('counterDeclaration', { body: { visit } })
      if (told.became === 'shown') setDeclared(told)
      else setRefusal(told.problem)
      onPaper()
    } catch (reason) {
      setProblem(reason)
    }
  }
  const operation = issued?.sheet ?? declared?.operation ?? null
  const next = () => {
    setProblem(null)
    setIssued(null)
    setDeclared(null)
    setRefusal(null)
    setUse(null)
    onPaper()
  }
  return (
    <section aria-labelledby="served-title">
      <div className="served">
        <h2 id="served-title" tabIndex={-1} ref={title}>
          {person.name} {person.surname}
        </h2>
        <span className="quiet">Riconosciuta fino alle {atTime(until)}</span>
        <Button className="plain-button" onPress={onEnd}>
          Chiudi la visita
        </Button>
      </div>
      <Problem of={problem} />
      {refusal && <Refused of={refusal} onBack={next} />}
      {operation && (issued || declared) && (
        <Printing operation={operation} isForm={declared !== null} onGood={next}>
          {issued && <Sheet pdf={issued.pdf} title="Certificato" printing />}
          {issued && <Receipt of={issued.receipt} />}
          {declared && <Declaration of={declared} />}
        </Printing>
      )}
      {!operation && !refusal && (
        <>
          <Collect {...{ visit, onIssued: setIssued, onRefused: setRefusal, onProblem: setProblem }} />
          <fieldset className="questions">
            <legend>{said('purpose.title')}</legend>
            {uses.map((each) => (
              <label key={each.purpose}>
                <input type="radio" name="use" checked={use?.purpose === each.purpose} onChange={() => setUse(each)} />
                <span>
                  <strong>{said(`purpose.${each.purpose}`)}</strong>{' '}
                  <span className="quiet">{said(`purpose.${each.purpose}.line`)}</span>
                </span>
              </label>
            ))}
          </fieldset>
          {use?.due === 'no-certificate' && (
            <div className="notice">
              <p>
                {said('refused.for-a-public-body.title')}. {said('refused.for-a-public-body.now')}
              </p>
              <Button onPress={() => void declare()}>Dichiarazione sostitutiva, gratis</Button>
            </div>
          )}
          {use === null && <Accesses {...{ visit, onRefused: setRefusal, onProblem: setProblem }} />}
          {use && use.due !== 'no-certificate' && (
            <Certificate
              {...{ served, use, onProblem: setProblem, onRefused: setRefusal }}
              onIssued={(told) => {
                setIssued(told)
                onPaper()
              }}
            />
          )}
        </>
      )}
    </section>
  )
}

/** Why nothing comes of it, and what to do now. */
export function Refused({ of, onBack }: { of: Refusal; onBack?(): void }) {
  const { title, now } = refusalSaid(of.kind)
  return (
    <div className="notice" role="alert">
      <p>
        <strong>{title}</strong>
      </p>
      <p>{now}</p>
      {of.anpr && (
        <p>
          {said('refused.anpr')}: <span className="id">{of.anpr}</span>
        </p>
      )}
      {onBack && <Button onPress={onBack}>Torna indietro</Button>}
    </div>
  )
}

/** "It came out well", or not: then the same sheet is printed anew, and counted. */
function Printing({
  operation,
  isForm,
  onGood,
  children,
}: {
  operation: string
  isForm: boolean
  onGood(): void
  children: ReactNode
}) {
  const [problem, setProblem] = useState<unknown>(null)
  const [again, setAgain] = useState(0)
  const answer = (good: boolean) =>
    ask('counterPrinted', { body: { operation, good } }).then(() => {
      setProblem(null)
      if (good) onGood()
      else setAgain(again + 1)
    }, setProblem)
  return (
    <>
      <p className="line">
        <Button onPress={() => window.print()}>{isForm ? 'Stampa la dichiarazione' : 'Stampa la ricevuta'}</Button>
        <span>{isForm ? 'La dichiarazione è uscita bene?' : 'Il certificato è uscito bene?'}</span>
        <Button onPress={() => void answer(true)}>Uscito bene</Button>
        <Button className="plain-button" onPress={() => void answer(false)}>
          No, da ristampare
        </Button>
        {again > 0 && <span role="status">Ristampa n. {again}: stampi di nuovo.</span>}
      </p>
      <Problem of={problem} />
      {children}
    </>
  )
}
