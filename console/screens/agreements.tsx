import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { Body } from '../../contract/console/api.ts'
import { isSpecial, type Territorio, territories } from '../../contract/console/profiles.ts'
import { type Quota, type Quote, quotas } from '../../contract/console/registry.ts'
import { ask } from '../ask.ts'
import { Decide, Deciders, Stands } from '../parts/decided.tsx'
import { useDeed } from '../parts/deed.ts'
import { Choice, Field, Missing, missingOf } from '../parts/fields.tsx'
import { Head } from '../parts/head.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { useMay } from '../parts/who.ts'
import { queries } from '../queries.ts'
import { counted, italianToday, many, onDay, TERRITORIES } from '../words.ts'

const refresh = () => queries.invalidateQueries({ queryKey: ['agreements'] })

/** By what right bodies ask a comune. */
export function AgreementsScreen() {
  const mayDecide = useMay('profiles.decide')
  const { problem, act } = useDeed(refresh)
  const [isOpen, setOpen] = useState(false)
  const list = useQuery({ queryKey: ['agreements'], queryFn: () => ask('agreements') })
  if (list.isPending) return <Loading />
  const agreements = list.data?.agreements ?? []
  return (
    <section className="page" aria-labelledby="agreements-title">
      <div className="bar">
        <h1 id="agreements-title">Convenzioni</h1>
        {mayDecide && !isOpen && (
          <Button className="aside" onPress={() => setOpen(true)}>
            Nuova convenzione
          </Button>
        )}
      </div>
      <p className="quiet">
        Una convenzione dice quale ente chiede, con quale profilo, sui residenti di chi e fino a quando. Chi la propone
        e chi l’approva sono due persone del comune.
      </p>
      <Problem of={problem ?? list.error} />
      {isOpen && (
        <AgreementForm
          close={() => {
            setOpen(false)
            void refresh()
          }}
        />
      )}
      {agreements.length === 0 ? (
        <p className="empty">Nessuna convenzione{mayDecide ? ': prima serve un profilo approvato.' : ' in vigore.'}</p>
      ) : (
        <table className="small" aria-label="Convenzioni">
          <Head
            of={[
              'Stato',
              'Ente',
              'Profilo',
              'Su quali persone',
              'Senza risposta',
              'Al più',
              'Dal – al',
              'Base giuridica',
              'Deciso da',
              { unseen: 'Azioni' },
            ]}
          />
          <tbody>
            {agreements.map((each) => (
              <tr key={each.agreement}>
                <td>
                  <Stands of={each} />
                </td>
                <th scope="row">
                  <strong>{each.fruitoreName}</strong>
                  <br />
                  <span className="quiet">verso {each.comuneName}</span>
                </th>
                <td>
                  {each.profiloNome}, <span className="quiet">versione {each.profiloVersione}</span>
                </td>
                <td>
                  {TERRITORIES[each.territorio]}
                  {each.comuni.length > 0 && <span className="quiet"> ({each.comuni.join(', ')})</span>}
                </td>
                <td>
                  {each.silenzio === null
                    ? 'serve sempre la convalida'
                    : `approvata dopo ${many(each.silenzio.giorni, 'giorno lavorativo', 'giorni lavorativi')}, fino a ${many(each.silenzio.righeMax, 'riga', 'righe')}`}
                </td>
                <td>{quotesSaid(each.quote)}</td>
                <td>
                  {onDay(each.dal)} – {onDay(each.al)}
                </td>
                <td>
                  {each.baseGiuridica}
                  <br />
                  <span className="quiet">prot. {each.protocollo}</span>
                </td>
                <td>
                  <Deciders of={each} />
                </td>
                <td>
                  {mayDecide && (
                    <Decide
                      of={each}
                      name={`${each.fruitoreName}, ${each.protocollo}`}
                      approve={() => act(ask('approveAgreement', { body: { agreement: each.agreement } }))}
                      end={(why) => ask('endAgreement', { body: { agreement: each.agreement, why } }).finally(refresh)}
                    />
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

const QUOTES: Record<Quota, string> = {
  ...{ personaGiorno: 'Al giorno, chi chiede', ufficioGiorno: 'Al giorno, il suo ufficio', mese: 'Al mese, l’ente' },
}
const mostOf = (text: string): number | null => (text.trim() === '' ? null : Number(text))
const quotesSaid = (quote: Quote): string =>
  quotas
    .flatMap((each) => (quote[each] === null ? [] : [`${QUOTES[each].toLowerCase()}: ${counted(quote[each])}`]))
    .join('; ') || 'senza limite'

function AgreementForm({ close }: { close(): void }) {
  const profiles = useQuery({ queryKey: ['profiles'], queryFn: () => ask('profiles') })
  const enti = useQuery({ queryKey: ['enti'], queryFn: () => ask('enti') })
  const [fruitore, setFruitore] = useState('')
  const [version, setVersion] = useState('')
  const [territorio, setTerritorio] = useState<Territorio>('comune')
  const [others, setOthers] = useState('')
  const [baseGiuridica, setBase] = useState('')
  const [protocollo, setProtocollo] = useState('')
  const [silent, setSilent] = useState(false)
  const [giorni, setGiorni] = useState('3')
  const [righe, setRighe] = useState('500')
  const [quote, setQuote] = useState({ personaGiorno: '', ufficioGiorno: '', mese: '' })
  const [dal, setDal] = useState(italianToday())
  const [al, setAl] = useState(`${Number(italianToday().slice(0, 4)) + 1}-12-31`)
  const [problem, setProblem] = useState<unknown>(null)
  const bodies = enti.data?.enti.filter(({ kind }) => kind === 'fruitore') ?? []
  const given = profiles.data?.profiles.filter(({ state }) => state === 'given') ?? []
  const profile = given.find(({ profilo, versione }) => `${profilo}.${versione}` === version)
  const reach = profile ? territories.slice(0, territories.indexOf(profile.territorio) + 1) : territories
  const isLoud = profile !== undefined && (territorio === 'italia' || isSpecial(profile.servizi, profile.sezioni))
  const missing = missingOf({
    'l’ente': fruitore !== '',
    'il profilo': profile !== undefined,
    'la base giuridica': baseGiuridica.trim() !== '',
    'il protocollo': protocollo.trim() !== '',
    'gli altri comuni': territorio !== 'comuni' || others.trim() !== '',
  })
  const isWhole = missing.length === 0

  function propose() {
    if (!profile) return
    const body: Body<'proposeAgreement'> = {
      ...{ comune: profile.comune, fruitore, dal, al, territorio },
      ...{ baseGiuridica: baseGiuridica.trim(), protocollo: protocollo.trim() },
      comuni: territorio === 'comuni' ? others.split(/[\s,;]+/).filter(Boolean) : [],
      silenzio: silent && !isLoud ? { giorni: Number(giorni), righeMax: Number(righe) } : null,
      quote: {
        ...{ personaGiorno: mostOf(quote.personaGiorno), ufficioGiorno: mostOf(quote.ufficioGiorno) },
        mese: mostOf(quote.mese),
      },
      ...{ profilo: profile.profilo, profiloVersione: profile.versione },
    }
    void ask('proposeAgreement', { body }).then(close, setProblem)
  }
  return (
    <form
      className="editor"
      aria-label="Nuova convenzione"
      onSubmit={(event) => {
        event.preventDefault()
        if (isWhole) propose()
      }}
    >
      <h2>Nuova convenzione</h2>
      <div className="fields">
        <Choice
          {...{ label: 'Ente che chiede', className: 'field', open: 'scelga', value: fruitore, set: setFruitore }}
          of={bodies.map(({ id, name }) => [id, name])}
        />
        <Choice
          {...{ label: 'Profilo in vigore', className: 'field', open: 'scelga', value: version, set: setVersion }}
          of={given.map(({ profilo, versione, nome, comuneName }) => [
            `${profilo}.${versione}`,
            `${nome}, versione ${versione} (${comuneName})`,
          ])}
        />
        <Choice
          {...{ label: 'Su quali persone', className: 'field', value: territorio, set: setTerritorio }}
          of={reach.map((each) => [each, TERRITORIES[each]])}
        />
        {territorio === 'comuni' && (
          <Field label="Altri comuni, per codice ISTAT" value={others} most={700} set={setOthers} />
        )}
        <Field label="Base giuridica" value={baseGiuridica} most={300} set={setBase} />
        <Field label="Protocollo" value={protocollo} most={60} set={setProtocollo} />
        <Field label="Dal" type="date" value={dal} set={setDal} />
        <Field label="Al (compreso)" type="date" value={al} set={setAl} />
      </div>
      {territorio === 'comuni' && (
        <p className="quiet">Ciascuno vale finché ha con lo stesso ente una convenzione sua.</p>
      )}
      <fieldset>
        <legend>Su quante persone al più (vuoto: nessun limite)</legend>
        <div className="fields">
          {(['personaGiorno', 'ufficioGiorno', 'mese'] as const).map((each) => (
            <Field
              key={each}
              label={QUOTES[each]}
              type="number"
              value={quote[each]}
              set={(text) => setQuote({ ...quote, [each]: text })}
            />
          ))}
        </div>
      </fieldset>
      <fieldset>
        <legend>Se il comune non risponde</legend>
        {isLoud ? (
          <p className="quiet">
            Tutta Italia, e quel che riguarda genitori o matrimonio, non si aprono per silenzio: serve sempre la
            convalida.
          </p>
        ) : (
          <>
            <label className="choice">
              <input type="checkbox" checked={silent} onChange={({ target }) => setSilent(target.checked)} />
              La richiesta è approvata da sé (silenzio-assenso)
            </label>
            {silent && (
              <div className="fields">
                <Field label="Dopo giorni lavorativi (1–10)" type="number" value={giorni} set={setGiorni} />
                <Field label="Fino a righe" type="number" value={righe} set={setRighe} />
              </div>
            )}
          </>
        )}
      </fieldset>
      <Problem of={problem} />
      <div className="bar sends">
        <Button type="submit" isDisabled={!isWhole}>
          Proponi
        </Button>
        <Button className="plain-button" onPress={close}>
          Lascia
        </Button>
        <Missing of={missing} />
      </div>
    </form>
  )
}
