import { useState } from 'react'
import { Button, Form, Input, Label, TextField } from 'react-aria-components'
import type { Answer } from '../../contract/console/api.ts'
import { isCodiceFiscale, isIdAnpr } from '../../contract/identity.ts'
import { ask } from '../ask.ts'
import { CodeField, codeOf, Field, Missing, missingOf } from '../parts/fields.tsx'
import { Head } from '../parts/head.tsx'
import { Problem } from '../parts/notice.tsx'
import { many, onDay, shortly } from '../words.ts'

type Access = Answer<'searchAccesses'>['accesses'][number]

const CHANNELS: Record<Access['channel'], string> = {
  totem: 'Totem',
  counter: 'Sportello',
  console: 'Ufficio di un ente',
}
const OUTCOMES: Record<string, string> = {
  ...{ shown: 'visto', issued: 'certificato rilasciato', asked: 'senza risposta', 'not-answered': 'senza risposta' },
  ...{
    'not-in-family': 'respinto: non è della famiglia',
    withdrawn: 'ritirata prima di chiedere',
    EN122: 'non trovato',
  },
}

/** Who looked at one citizen, for an auditor. Neither name of the citizen stands in the address, the title or the audit. */
export function CitizenScreen() {
  const [code, setCode] = useState('')
  const [idAnpr, setIdAnpr] = useState('')
  const [reason, setReason] = useState('')
  const [found, setFound] = useState<Answer<'searchAccesses'> | null>(null)
  const [problem, setProblem] = useState<unknown>(null)
  const isCode = code === '' || isCodiceFiscale(code)
  const isId = idAnpr === '' || isIdAnpr(idAnpr)
  const missing = missingOf({
    'un codice fiscale o un ID ANPR': isCode && isId && code + idAnpr !== '',
    'il perché': reason.trim() !== '',
  })

  function search() {
    setFound(null)
    const body = { codiceFiscale: code || null, idAnpr: idAnpr || null, reason: reason.trim() }
    ask('searchAccesses', { body }).then((answer) => {
      setProblem(null)
      setFound(answer)
    }, setProblem)
  }
  return (
    <section className="page" aria-labelledby="citizen-title">
      <div className="bar">
        <h1 id="citizen-title">Per cittadino</h1>
      </div>
      <p className="quiet">
        Chi ha guardato i dati di una persona negli ultimi 36 mesi. Il registro la nomina per codice fiscale o per ID
        ANPR, secondo ciò che si sapeva: con tutti e due si trova tutto. Anche questa ricerca resta nel registro.
      </p>
      <Form
        className="line"
        aria-label="Ricerca per cittadino"
        onSubmit={(event) => {
          event.preventDefault()
          if (missing.length === 0) search()
        }}
      >
        <CodeField label="Codice fiscale" value={code} set={setCode} />
        <Field
          {...{ label: 'ID ANPR', value: idAnpr, most: 24, isCode: true }}
          set={(text) => setIdAnpr(codeOf(text))}
          wrong={idAnpr.length >= 9 && !isId ? 'L’ID ANPR non torna: controlli lettere e cifre.' : undefined}
        />
        <TextField value={reason} onChange={setReason} maxLength={300} className="grows">
          <Label>Perché si cerca, e per quale pratica</Label>
          <Input />
        </TextField>
        <Button type="submit" isDisabled={missing.length > 0}>
          Cerca
        </Button>
        <Missing of={missing} />
      </Form>
      <Problem of={problem} />
      {found && <Found of={found} />}
    </section>
  )
}

function Found({ of: { accesses, more, from } }: { of: Answer<'searchAccesses'> }) {
  if (accesses.length === 0)
    return (
      <p className="empty">
        Nessun accesso a questo nome dal {onDay(from)}. Quando ANPR risponde, il registro nomina la persona per ID ANPR:
        con il solo codice fiscale si trova poco.
      </p>
    )
  return (
    <>
      <p role="status">
        {many(accesses.length, 'accesso', 'accessi')}
        {more && ', i più recenti: ce ne sono altri'}.
      </p>
      <table className="small" aria-label="Accessi ai dati">
        <Head of={['Quando', 'Da dove', 'Chi', 'Per che cosa', 'Servizi', 'Esito']} />
        <tbody>
          {accesses.map((access, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two lines of one moment differ in nothing else
            <tr key={`${access.at} ${at}`}>
              <td>{shortly(access.at)}</td>
              <td>
                {CHANNELS[access.channel]} <span className="id quiet">{access.machine}</span>
              </td>
              <td>
                {access.body}
                {access.by !== null && <span className="quiet"> {access.by}</span>}
                {access.body === null && access.by === null && (
                  <span className="quiet">la persona, o un familiare</span>
                )}
              </td>
              <td>
                {access.purpose}
                {access.protocollo !== null && <span className="quiet"> {access.protocollo}</span>}
              </td>
              <td className="id">{access.services}</td>
              <td>{OUTCOMES[access.outcome] ?? access.outcome}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}
