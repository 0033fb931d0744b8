import { useState } from 'react'
import { Button, Form, Input, Label, TextField } from 'react-aria-components'
import type { Answer } from '../../contract/console/api.ts'
import { documentKinds } from '../../contract/console/counter.ts'
import { isCodiceFiscale } from '../../contract/identity.ts'
import { ask } from '../ask.ts'
import { CodeField, Missing, missingOf } from '../parts/fields.tsx'
import { Problem } from '../parts/notice.tsx'
import { DOCUMENTS } from '../words.ts'

/** Who stands at the counter: codice fiscale, document, and the operator's word. Each field is one key further. */
export function Identify({ onDone }: { onDone(told: Answer<'identify'>): void }) {
  const [code, setCode] = useState('')
  const [kind, setKind] = useState<(typeof documentKinds)[number]>('cie')
  const [number, setNumber] = useState('')
  const [issuer, setIssuer] = useState('')
  const [expires, setExpires] = useState('')
  const [isEndless, setEndless] = useState(false)
  const [isHere, setHere] = useState(false)
  const [isAsking, setAsking] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const mayBeEndless = kind === 'cie'
  const hasEnd = expires !== '' || (mayBeEndless && isEndless)
  const missing = missingOf({
    'il codice fiscale': isCodiceFiscale(code),
    'il numero del documento': number.trim() !== '',
    'chi l’ha rilasciato': issuer.trim() !== '',
    'la scadenza': hasEnd,
    'la Sua dichiarazione': isHere,
  })

  function identify() {
    setAsking(true)
    const document = { kind, number, issuer, expires: mayBeEndless && isEndless ? null : expires }
    void ask('identify', { body: { codiceFiscale: code, document, inPerson: true } })
      .then((told) => {
        setProblem(null)
        onDone(told)
      }, setProblem)
      .finally(() => setAsking(false))
  }
  return (
    <Form
      className="counter-form"
      aria-labelledby="identify-title"
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault()
        if (missing.length === 0 && !isAsking) identify()
      }}
    >
      <h2 id="identify-title">Chi è allo sportello?</h2>
      <CodeField
        label="Codice fiscale (anche con il lettore di codici a barre)"
        {...{ value: code, set: setCode, className: 'whole' }}
        autoFocus
      />
      <label>
        Documento
        <select value={kind} onChange={({ target }) => setKind(target.value as typeof kind)}>
          {documentKinds.map((each) => (
            <option key={each} value={each}>
              {DOCUMENTS[each]}
            </option>
          ))}
        </select>
      </label>
      <TextField value={number} onChange={setNumber} maxLength={24}>
        <Label>Numero</Label>
        <Input className="react-aria-Input id" />
      </TextField>
      <TextField value={issuer} onChange={setIssuer} maxLength={80}>
        <Label>Rilasciato da</Label>
        <Input />
      </TextField>
      <label>
        Scade il
        <input
          type="date"
          value={expires}
          disabled={mayBeEndless && isEndless}
          onChange={({ target }) => setExpires(target.value)}
        />
      </label>
      {mayBeEndless && (
        <label className="tick">
          <input type="checkbox" checked={isEndless} onChange={({ target }) => setEndless(target.checked)} />
          Senza scadenza (rilasciata a chi ha più di 70 anni)
        </label>
      )}
      <label className="tick whole">
        <input type="checkbox" checked={isHere} onChange={({ target }) => setHere(target.checked)} />
        Dichiaro che la persona è qui davanti a me ed è quella del documento
      </label>
      <Button type="submit" isDisabled={missing.length > 0 || isAsking}>
        {isAsking ? 'Chiedo all’anagrafe nazionale…' : 'Riconosci'}
      </Button>
      <Missing of={missing} />
      <Problem of={problem} />
    </Form>
  )
}
