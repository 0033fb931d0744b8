import { useState } from 'react'
import { Button, Form } from 'react-aria-components'
import { type HomeColumn, homeColumns } from '../../contract/console/bulk-file.ts'
import { isCodiceFiscale, isIdAnpr } from '../../contract/identity.ts'
import { codeOf, Field, Missing, missingOf } from '../parts/fields.tsx'

const CODICE_FISCALE = 16
const HOME: Record<HomeColumn, string> = {
  codiceIstatComune: 'Comune, codice ISTAT',
  specie: 'Via, piazza, …',
  denominazioneToponimo: 'Nome della via',
  numeroCivico: 'Numero civico',
  codiceIstatStato: 'Stato estero, codice',
  codiceConsolato: 'Consolato, codice',
}

/** Each cell stands in quotes, whatever it holds (RFC 4180). */
const lineOf = (cells: readonly string[]) => `${cells.map((told) => `"${told.replaceAll('"', '""')}"`).join(';')}\r\n`

/** One person in place of a file: it goes the same way, as a file of one row. `servizio`: C008 compares a home too. */
export function OnePerson({ servizio, onFile }: { servizio: string; onFile(file: File): void }) {
  const [key, setKey] = useState('')
  const [home, setHome] = useState<Partial<Record<HomeColumn, string>>>({})
  const isKey = isCodiceFiscale(key) || isIdAnpr(key)
  const told = homeColumns.filter((column) => home[column]?.trim())
  const missing = missingOf({
    'un codice fiscale o un ID ANPR intero': isKey,
    'l’indirizzo da verificare': servizio !== 'C008' || told.length > 0,
  })
  return (
    <Form
      className="line"
      aria-label="Una sola persona"
      onSubmit={(event) => {
        event.preventDefault()
        if (missing.length > 0) return
        const names = [key.length === CODICE_FISCALE ? 'codFiscale' : 'idANPR', ...told]
        const cells = [key, ...told.map((column) => home[column]?.trim() ?? '')]
        onFile(new File([names, cells].map(lineOf), 'una-persona.csv', { type: 'text/csv' }))
      }}
    >
      <Field
        label="Oppure una sola persona: codice fiscale o ID ANPR"
        value={key}
        isCode
        most={24}
        className="grows"
        set={(text) => setKey(codeOf(text))}
        wrong={key.length >= CODICE_FISCALE && !isKey ? 'Non torna: controlli lettere e cifre.' : undefined}
      />
      {servizio === 'C008' &&
        homeColumns.map((column) => (
          <Field
            key={column}
            label={HOME[column]}
            value={home[column] ?? ''}
            set={(text) => setHome({ ...home, [column]: text })}
          />
        ))}
      <Button type="submit" isDisabled={missing.length > 0}>
        Usa questa persona
      </Button>
      <Missing of={missing} />
    </Form>
  )
}
