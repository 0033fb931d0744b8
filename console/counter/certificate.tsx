import { useRef, useState } from 'react'
import { Button } from 'react-aria-components'
import { ulid } from 'ulid'
import type { Bollo } from '../../contract/bollo.ts'
import { type CertificateType, exemption } from '../../contract/catalogue.ts'
import { ask, Refused } from '../ask.ts'
import { Missing, missingOf } from '../parts/fields.tsx'
import { euros } from '../words.ts'
import { Sheet } from './papers.tsx'
import { memberSaid, refusalSaid, said, typeSaid } from './texts.ts'
import type { Issued, Refusal, Served, Use } from './told.ts'

/** For whom, which types, how the bollo is settled, how it looks, and then for good. */
export function Certificate({
  served: { visit, sheet, themes, apart },
  use,
  onIssued,
  onRefused,
  onProblem,
}: {
  served: Served
  use: Use
  onIssued(told: Issued): void
  onRefused(problem: Refusal): void
  onProblem(reason: unknown): void
}) {
  const own = sheet.members.find(({ self }) => self)?.idAnpr ?? ''
  const [subject, setSubject] = useState(own)
  const [types, setTypes] = useState<CertificateType[]>([])
  const [language, setLanguage] = useState(sheet.languages[0] ?? 'IT')
  const [number, setNumber] = useState('')
  const [issuedOn, setIssuedOn] = useState('')
  const [preview, setPreview] = useState<string | null>(null)
  const [isAsking, setAsking] = useState(false)
  const [isUnknown, setUnknown] = useState(false)
  // Fixed before anything is asked: who asks again asks for the same.
  const operation = useRef('')
  const member = sheet.members.find(({ idAnpr }) => idAnpr === subject)
  const free = exemption.safeParse(use.purpose)
  const digits = number.replace(/\s/g, '')
  const bollo: Bollo | null = free.success
    ? { kind: 'exempt', exemption: free.data }
    : /^\d{14}$/.test(digits) && issuedOn
      ? { kind: 'contrassegno', number: digits, issued: issuedOn }
      : null
  const missing = missingOf({
    'un certificato': types.length > 0,
    'le 14 cifre della marca': bollo !== null || /^\d{14}$/.test(digits),
    'la data della marca': bollo !== null || issuedOn !== '',
  })
  const changed = () => {
    setPreview(null)
    setUnknown(false)
    operation.current = ''
  }
  const begin = () => {
    onProblem(null)
    setAsking(true)
  }
  const besides = (type: CertificateType) =>
    types.some((other) => apart.some((pair) => pair.includes(type) && pair.includes(other) && type !== other))

  async function look() {
    if (!bollo) return
    begin()
    try {
      const told = await ask('counterPreview', { body: { visit, subject, types, bollo, language } })
      if (told.became === 'shown') setPreview(told.pdf)
      else onRefused(told.problem)
    } catch (reason) {
      onProblem(reason)
    }
    setAsking(false)
  }
  async function issue() {
    if (!bollo) return
    operation.current ||= ulid()
    begin()
    try {
      const body = { visit, subject, types, bollo, language, operation: operation.current }
      const told = await ask('counterIssue', { body })
      if (told.became === 'issued') onIssued(told)
      else if (told.became === 'refused') onRefused(told.problem)
      else setUnknown(true)
    } catch (reason) {
      // Without an answer nobody knows whether it was issued.
      if (reason instanceof Refused && !['no-answer', 'not-now'].includes(reason.kind)) onProblem(reason)
      else setUnknown(true)
    }
    setAsking(false)
  }
  return (
    <>
      <fieldset className="questions">
        <legend>Per chi?</legend>
        {sheet.members.map((each) => (
          <label key={each.idAnpr ?? `${each.surname} ${each.name} ${each.yearOfBirth}`}>
            <input
              type="radio"
              name="subject"
              disabled={each.idAnpr === null || each.deceased}
              checked={each.idAnpr !== null && subject === each.idAnpr}
              onChange={() => {
                changed()
                setTypes([])
                setSubject(each.idAnpr ?? '')
              }}
            />
            <span>{memberSaid(each)}</span>
          </label>
        ))}
      </fieldset>
      <fieldset className="questions">
        <legend>{said('themes.title')}</legend>
        <p className="quiet">{said('themes.none')}</p>
        <div className="themes">
          {themes.map(({ theme, types: ofTheme }) => (
            <div key={theme}>
              <h3>{said(`themes.${theme}`)}</h3>
              {ofTheme.map((type) => {
                const blocked = member?.blocked.find((one) => one.type === type)
                const isOn = types.includes(type)
                const why = blocked
                  ? refusalSaid(blocked.kind).title
                  : !isOn && besides(type)
                    ? 'Non sullo stesso foglio'
                    : null
                return (
                  <label key={type}>
                    <input
                      type="checkbox"
                      checked={isOn}
                      disabled={why !== null}
                      onChange={() => {
                        changed()
                        setTypes(isOn ? types.filter((one) => one !== type) : [...types, type])
                      }}
                    />
                    <span>
                      {typeSaid(type)}
                      {why && <span className="quiet"> – {why}</span>}
                    </span>
                  </label>
                )
              })}
            </div>
          ))}
        </div>
      </fieldset>
      <fieldset className="questions line">
        <legend>Bollo</legend>
        {free.success ? (
          <p>
            <strong>Esente</strong>: {use.law}
          </p>
        ) : (
          <>
            <p>
              {euros(sheet.charges.bollo)}: la marca da bollo che la persona ha comprato. Si annulla sul certificato.
            </p>
            <label>
              Le 14 cifre della marca
              <input
                className="id"
                inputMode="numeric"
                value={number}
                maxLength={18}
                onChange={({ target }) => {
                  changed()
                  setNumber(target.value)
                }}
              />
            </label>
            <label>
              Data della marca
              <input
                type="date"
                value={issuedOn}
                onChange={({ target }) => {
                  changed()
                  setIssuedOn(target.value)
                }}
              />
            </label>
          </>
        )}
        {sheet.languages.length > 1 && (
          <label>
            {said('sheet.language')}
            <select
              value={language}
              onChange={({ target }) => {
                changed()
                setLanguage(target.value as typeof language)
              }}
            >
              {sheet.languages.map((each) => (
                <option key={each} value={each}>
                  {said(`sheet.language.${each}`)}
                </option>
              ))}
            </select>
          </label>
        )}
      </fieldset>
      <p className="line">
        <Button isDisabled={missing.length > 0 || isAsking} onPress={() => void look()}>
          Anteprima
        </Button>
        <Missing of={missing} />
        {preview && (
          <Button isDisabled={isAsking} onPress={() => void issue()}>
            {isUnknown ? 'Chiedi di nuovo lo stesso certificato' : 'Emetti'}
          </Button>
        )}
        {isAsking && <span role="status">Chiedo all’anagrafe nazionale…</span>}
      </p>
      {isUnknown && (
        <p className="notice" role="alert">
          L’anagrafe nazionale non ha risposto: non si sa se il certificato è stato emesso. Chieda di nuovo lo stesso:
          non ne esce un secondo, e la marca non si paga due volte.
        </p>
      )}
      {preview && <Sheet pdf={preview} title="Anteprima" />}
    </>
  )
}
