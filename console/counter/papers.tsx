import { type ReactNode, useEffect, useMemo, useRef } from 'react'
import { Button } from 'react-aria-components'
import type { CounterReceipt } from '../../contract/console/counter.ts'
import { euros, shortly } from '../words.ts'
import { statoCivileSaid, typesSaid } from './texts.ts'
import type { Declared } from './told.ts'

/** A PDF of this visit, in the page's memory alone: its address goes away with it. */
export function Sheet({ pdf, title, printing = false }: { pdf: string; title: string; printing?: boolean }) {
  const frame = useRef<HTMLIFrameElement>(null)
  const url = useMemo(() => {
    const bytes = Uint8Array.from(atob(pdf), (letter) => letter.charCodeAt(0))
    return URL.createObjectURL(new Blob([bytes], { type: 'application/pdf' }))
  }, [pdf])
  useEffect(() => () => URL.revokeObjectURL(url), [url])
  return (
    <div className="sheet-view">
      <iframe ref={frame} src={`${url}#toolbar=0&navpanes=0`} title={title} />
      {printing && <Button onPress={() => frame.current?.contentWindow?.print()}>Stampa il certificato</Button>}
    </div>
  )
}

/** Printed by the browser, from this page: what is no paper is left out (theme/counter.css). */
export function Paper({ name, children }: { name: string; children: ReactNode }) {
  return (
    <article className="paper" aria-label={name}>
      {children}
    </article>
  )
}

export function Receipt({ of }: { of: CounterReceipt }) {
  const { cents } = of
  return (
    <Paper name="Ricevuta">
      <h2>Ricevuta</h2>
      <dl>
        <dt>Certificato</dt>
        <dd>{typesSaid(of.types)}</dd>
        <dt>Emesso il</dt>
        <dd>{shortly(of.at)}</dd>
        <dt>Ufficio postale, operatore</dt>
        <dd>
          {of.office}, n. {of.operator}
        </dd>
        <dt>Protocollo ANPR</dt>
        <dd className="id">{of.protocol}</dd>
        <dt>Operazione</dt>
        <dd className="id">{of.operation}</dd>
        <dt>Bollo</dt>
        <dd>
          {cents && cents.bollo > 0 ? `${euros(cents.bollo)}, marca n. ${of.reference}` : `esente, ${of.reference}`}
        </dd>
        {cents && cents.diritti > 0 && (
          <>
            <dt>Diritti di segreteria</dt>
            <dd>{euros(cents.diritti)}, da pagare al comune</dd>
          </>
        )}
        {of.reprint > 0 && (
          <>
            <dt>Ristampa</dt>
            <dd>n. {of.reprint}</dd>
          </>
        )}
        <dt>Vale</dt>
        <dd>{of.validMonths === null ? 'senza scadenza' : `${of.validMonths} mesi`}</dd>
      </dl>
      <p>
        Chi lo riceve controlla il certificato con il codice stampato sul foglio, sul sito dell’anagrafe nazionale. Chi
        ha chiesto i suoi dati lo vede nell’area riservata dell’anagrafe nazionale, al totem e allo sportello.
      </p>
    </Paper>
  )
}

/** Art. 46 DPR 445/2000: the person ticks, signs, and hands it over. */
export function Declaration({ of: { record, words, operation } }: { of: Declared }) {
  const female = record.sex === 'F'
  const gap = '…………………………'
  const facts: Record<string, string> = {
    place: record.birthPlace ?? gap,
    date: record.born ? onDayOf(record.born) : gap,
    comune: record.residence?.comune ?? gap,
    address: record.residence?.address ?? gap,
    citizenship: record.citizenships?.join(', ') ?? gap,
    statoCivile: record.statoCivile ? statoCivileSaid(record.statoCivile, record.sex) : gap,
    codiceFiscale: record.codiceFiscale ?? gap,
    o: record.sex === 'M' ? 'o' : female ? 'a' : 'o/a',
  }
  const filled = (text: string) => text.replace(/\{(\w+)\}/g, (_, key: string) => facts[key] ?? gap)
  const topics = ['nascita', 'residenza', 'cittadinanza', 'statoCivile', 'statoDiFamiglia', 'esistenzaInVita']
  return (
    <Paper name={words.subtitle}>
      <h2>{words.title}</h2>
      <p>Art. 46 del D.P.R. 28 dicembre 2000, n. 445</p>
      <p>
        {words.declarant}{' '}
        <strong>
          {record.surname} {record.name}
        </strong>
        , {words.aware}
      </p>
      <h3>{words.declares}</h3>
      <ul className="ticks">
        {topics.map((topic) => (
          <li key={topic}>
            {filled(words.topics[topic] ?? '')}
            {topic === 'statoDiFamiglia' && (
              <ul>
                {record.family?.map((one) => (
                  <li key={`${one.surname} ${one.name} ${one.born}`}>
                    {one.surname} {one.name}
                    {one.born && `, ${onDayOf(one.born)}`}
                  </li>
                ))}
              </ul>
            )}
          </li>
        ))}
        <li>
          {words.topics.altro}: {gap}
          {gap}
        </li>
      </ul>
      <p>
        {words.use}: {gap}
        {gap}
      </p>
      <p className="small-print">{words.conditions}</p>
      <p className="signature">
        <span>Luogo e data</span>
        <span>Firma del dichiarante, per esteso e leggibile</span>
      </p>
      <p className="small-print id">{operation}</p>
    </Paper>
  )
}

const onDayOf = (date: string) => date.split('-').toReversed().join('/')
