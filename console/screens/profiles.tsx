import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { Answer } from '../../contract/console/api.ts'
import { keyNames } from '../../contract/console/bulk-file.ts'
import { type SectionCode, type ServiceCode, sections, services } from '../../contract/console/consultations.ts'
import { ask } from '../ask.ts'
import { Decide, Deciders, Stands } from '../parts/decided.tsx'
import { useDeed } from '../parts/deed.ts'
import { Head } from '../parts/head.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { useMay } from '../parts/who.ts'
import { queries } from '../queries.ts'
import { counted, onDay, TERRITORIES } from '../words.ts'
import { ProfileEditor } from './profile-editor.tsx'

type Profile = Answer<'profiles'>['profiles'][number]
const refresh = () => queries.invalidateQueries({ queryKey: ['profiles'] })

/** What a comune lets be asked, version by version: one TOP proposes, another approves. */
export function ProfilesScreen() {
  const mayDecide = useMay('profiles.decide')
  const { problem, act } = useDeed(refresh)
  /** Of which version a next one is written; `new`: a new profile. */
  const [edited, setEdited] = useState<Profile | 'new' | null>(null)
  const list = useQuery({ queryKey: ['profiles'], queryFn: () => ask('profiles') })
  if (list.isPending) return <Loading />
  const profiles = list.data?.profiles ?? []
  const isNewest = ({ profilo, versione }: Profile) =>
    !profiles.some((other) => other.profilo === profilo && other.versione > versione)
  return (
    <section className="page" aria-labelledby="profiles-title">
      <div className="bar">
        <h1 id="profiles-title">Profili</h1>
        {mayDecide && edited === null && (
          <Button className="aside" onPress={() => setEdited('new')}>
            Nuovo profilo
          </Button>
        )}
      </div>
      <p className="quiet">
        Un profilo dice che cosa un ente può chiedere all’Anagrafe. Chi lo propone e chi lo approva sono due persone del
        comune. Una versione approvata non cambia più: per cambiare se ne scrive un’altra.
      </p>
      <Problem of={problem ?? list.error} />
      {edited !== null && (
        <ProfileEditor
          key={edited === 'new' ? 'new' : `${edited.profilo}.${edited.versione}`}
          of={edited === 'new' ? null : edited}
          close={() => {
            setEdited(null)
            void refresh()
          }}
        />
      )}
      {profiles.length === 0 ? (
        <p className="empty">
          Nessun profilo{mayDecide ? ': ne scriva uno, poi una convenzione che lo usa.' : ' ancora.'}
        </p>
      ) : (
        <table className="small" aria-label="Profili">
          <Head
            of={[
              'Stato',
              'Profilo',
              'Che cosa si può chiedere',
              'Su quali persone',
              'Quanto',
              'Dal – al',
              'Deciso da',
              { unseen: 'Azioni' },
            ]}
          />
          <tbody>
            {profiles.map((each) => (
              <tr key={`${each.profilo}.${each.versione}`}>
                <td>
                  <Stands of={each} />
                </td>
                <th scope="row">
                  <strong>{each.nome}</strong>
                  <br />
                  <span className="quiet">
                    {each.comuneName}, versione {each.versione}
                  </span>
                </th>
                <td>
                  <Asked of={each} />
                </td>
                <td>
                  {TERRITORIES[each.territorio]}
                  <br />
                  <span className="quiet">per {each.chiavi.map((kind) => keyNames[kind]).join(', ')}</span>
                </td>
                <td>
                  {counted(each.righeMax)} righe{' '}
                  <span className="quiet">a richiesta, {counted(each.righeGiorno)} al giorno</span>
                </td>
                <td>
                  {onDay(each.dal)} – {onDay(each.al)}
                </td>
                <td>
                  <Deciders of={each} />
                </td>
                <td>
                  {mayDecide && (
                    <>
                      <Decide
                        of={each}
                        name={`${each.nome}, versione ${each.versione}`}
                        approve={() => act(ask('approveProfile', { body: named(each) }))}
                        end={(why) => ask('endProfile', { body: { ...named(each), why } }).finally(refresh)}
                      />
                      {isNewest(each) && (
                        <Button
                          className="plain-button"
                          aria-label={`Nuova versione: ${each.nome}`}
                          onPress={() => setEdited(each)}
                        >
                          Nuova versione
                        </Button>
                      )}
                    </>
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

const named = ({ profilo, versione }: Profile) => ({ profilo, versione })

/** Services and sections, each with the reason that it needed. */
function Asked({ of: { servizi, sezioni, perche } }: { of: Profile }) {
  return (
    <>
      {servizi.map((code: ServiceCode) => (
        <div key={code}>
          <span className="id">{code}</span> {services[code].name}
          {perche[code] !== undefined && <span className="quiet">: {perche[code]}</span>}
        </div>
      ))}
      {sezioni.length > 0 && (
        <div className="quiet">
          Dati:{' '}
          {sezioni
            .map(
              (code: SectionCode) => `${sections[code].name}${perche[code] === undefined ? '' : ` (${perche[code]})`}`,
            )
            .join(', ')}
        </div>
      )}
    </>
  )
}
