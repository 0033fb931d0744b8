import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { Answer, Body } from '../../contract/console/api.ts'
import { keyKinds, keyNames } from '../../contract/console/bulk-file.ts'
import { type SectionCode, type ServiceCode, sections, services } from '../../contract/console/consultations.ts'
import { territories, toReason } from '../../contract/console/profiles.ts'
import { ask } from '../ask.ts'
import { Choice, Choices, Field, Missing, missingOf } from '../parts/fields.tsx'
import { Problem } from '../parts/notice.tsx'
import { useMe } from '../parts/who.ts'
import { italianToday, TERRITORIES } from '../words.ts'

type Profile = Answer<'profiles'>['profiles'][number]
type Wish = Body<'proposeProfile'>

const SERVICES = Object.entries(services) as [ServiceCode, (typeof services)[ServiceCode]][]
const GROUPS = [
  { title: 'Verifica: l’ente dichiara un dato e riceve sì o no. Da preferire', has: 'verifica' },
  { title: 'Accertamento: l’ente riceve i dati', has: 'accertamento' },
  { title: 'Identificativo', has: 'id' },
] as const
const isSpecial = (of: object) => 'special' in of
const listed = <C extends string>(all: readonly (readonly [C, { name: string }])[], special: boolean) =>
  all.filter(([, each]) => isSpecial(each) === special).map(([code, { name }]) => ({ code, name }))
const SECTIONS = Object.entries(sections) as [SectionCode, (typeof sections)[SectionCode]][]

const empty = (comune: string): Wish => ({
  ...{ comune, nome: '', servizi: ['C030'], sezioni: [], perche: {}, chiavi: ['CF', 'ID'], provvisori: false },
  ...{ motivi: [], baseGiuridica: '', territorio: 'comune', righeMax: 1_000, righeGiorno: 5_000 },
  ...{ dal: italianToday(), al: `${Number(italianToday().slice(0, 4)) + 1}-12-31`, after: null },
})

function next({ profilo, versione, comune, nome, servizi, sezioni, perche, chiavi, ...of }: Profile): Wish {
  return {
    ...{ comune, nome, servizi, sezioni, perche, chiavi, provvisori: of.provvisori, motivi: of.motivi },
    ...{
      baseGiuridica: of.baseGiuridica,
      territorio: of.territorio,
      righeMax: of.righeMax,
      righeGiorno: of.righeGiorno,
    },
    ...{ dal: of.dal, al: of.al, after: { profilo, versione } },
  }
}

/** A profile as it is written. Where yes or no would do, and for what is special, it asks why, and does not go on without. */
export function ProfileEditor({ of, close }: { of: Profile | null; close(): void }) {
  const { grants } = useMe()
  const comuni = grants.flatMap(({ scope, scopeName }) =>
    scope.kind === 'ente' ? [{ id: scope.ente, name: scopeName ?? scope.ente }] : [],
  )
  const [wish, setWish] = useState<Wish>(of ? next(of) : empty(comuni[0]?.id ?? ''))
  const [motivi, setMotivi] = useState(wish.motivi.join('\n'))
  const [problem, setProblem] = useState<unknown>(null)
  const set = (more: Partial<Wish>) => setWish({ ...wish, ...more })
  const reasons = toReason(wish.servizi, wish.sezioni)
  const purposes = motivi.split('\n').flatMap((line) => line.trim() || [])
  const perche = Object.fromEntries(reasons.map(({ code }) => [code, (wish.perche[code] ?? '').trim()]))
  const missing = missingOf({
    'il nome': wish.nome.trim() !== '',
    'la base giuridica': wish.baseGiuridica.trim() !== '',
    'un servizio': wish.servizi.length > 0,
    'con che cosa si indica una persona': wish.chiavi.length > 0,
    'un motivo': purposes.length > 0,
    'un perché': Object.values(perche).every(Boolean),
  })
  const isWhole = missing.length === 0

  function propose() {
    const body = { ...wish, perche, motivi: purposes, nome: wish.nome.trim(), baseGiuridica: wish.baseGiuridica.trim() }
    void ask('proposeProfile', { body }).then(close, setProblem)
  }
  /** Why a service or section is needed, beside it, as soon as it is chosen. */
  const because = (code: ServiceCode | SectionCode) => {
    const reason = reasons.find((each) => each.code === code)
    if (!reason) return null
    const yesOrNo = code in services && 'verifica' in services[code as ServiceCode]
    const twin = yesOrNo ? (services[code as 'C020'].verifica as ServiceCode) : null
    return (
      <div className="because">
        {reason.why === 'special' ? (
          <p>Riguarda genitori o matrimonio: si apre solo con un motivo, mai per silenzio.</p>
        ) : (
          <p>
            {twin} {twin && services[twin].name} risponde sì o no alla stessa domanda: la preferisca.
          </p>
        )}
        <label>
          Perché serve{' '}
          {code in services ? `${code} ${services[code as ServiceCode].name}` : sections[code as SectionCode].name}
          <input
            value={wish.perche[code] ?? ''}
            maxLength={300}
            onChange={({ target }) => set({ perche: { ...wish.perche, [code]: target.value } })}
          />
        </label>
      </div>
    )
  }
  return (
    <form
      className="editor"
      aria-label={of ? `Nuova versione di ${of.nome}` : 'Nuovo profilo'}
      onSubmit={(event) => {
        event.preventDefault()
        if (isWhole) propose()
      }}
    >
      <h2>{of ? `${of.nome}: versione ${of.versione + 1}` : 'Nuovo profilo'}</h2>
      <div className="fields">
        <Field label="Nome" value={wish.nome} most={80} set={(nome) => set({ nome })} />
        {of === null && comuni.length > 1 && (
          <label className="field">
            Comune
            <select value={wish.comune} onChange={({ target }) => set({ comune: target.value })}>
              {comuni.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )}
        <Field
          label="Base giuridica"
          value={wish.baseGiuridica}
          most={300}
          set={(baseGiuridica) => set({ baseGiuridica })}
        />
      </div>
      {GROUPS.map(({ title, has }) => (
        <Choices
          key={has}
          title={title}
          all={listed(
            SERVICES.filter(([, { kind }]) => kind === has),
            false,
          )}
          chosen={wish.servizi}
          set={(servizi) => set({ servizi })}
          because={(code) => because(code)}
        />
      ))}
      <Choices
        title="Solo con un motivo: genitori e matrimonio"
        all={listed(SERVICES, true)}
        chosen={wish.servizi}
        set={(servizi) => set({ servizi })}
        because={(code) => because(code)}
      />
      <Choices
        title="Dati che l’ente può ricevere"
        all={listed(SECTIONS, false)}
        chosen={wish.sezioni}
        set={(sezioni) => set({ sezioni })}
        because={(code) => because(code)}
      />
      <Choices
        title="Dati solo con un motivo"
        all={listed(SECTIONS, true)}
        chosen={wish.sezioni}
        set={(sezioni) => set({ sezioni })}
        because={(code) => because(code)}
      />
      <Choices
        title="Con che cosa si indica una persona"
        all={keyKinds.map((code) => ({ code, name: keyNames[code] }))}
        chosen={wish.chiavi}
        set={(chiavi) => set({ chiavi })}
      />
      <p className="quiet">Oggi ANPR risponde solo per codice fiscale e ID ANPR.</p>
      <label className="choice">
        <input
          type="checkbox"
          checked={wish.provvisori}
          onChange={({ target }) => set({ provvisori: target.checked })}
        />
        Anche codici fiscali provvisori, di undici cifre
      </label>
      <div className="fields">
        <label className="field whole">
          Motivi fra cui l’ente sceglie, uno per riga
          <textarea value={motivi} onChange={({ target }) => setMotivi(target.value)} />
        </label>
        <Choice
          {...{ label: 'Su quali persone', className: 'field', value: wish.territorio }}
          set={(territorio) => set({ territorio })}
          of={territories.map((each) => [each, TERRITORIES[each]])}
        />
        <Field
          label="Righe al massimo in una richiesta"
          type="number"
          value={String(wish.righeMax)}
          set={(text) => set({ righeMax: Number(text) })}
        />
        <Field
          label="Righe al massimo in un giorno"
          type="number"
          value={String(wish.righeGiorno)}
          set={(text) => set({ righeGiorno: Number(text) })}
        />
        <Field label="Dal" type="date" value={wish.dal} set={(dal) => set({ dal })} />
        <Field label="Al (compreso)" type="date" value={wish.al} set={(al) => set({ al })} />
      </div>
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
