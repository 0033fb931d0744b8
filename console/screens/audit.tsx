import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { Answer } from '../../contract/console/api.ts'
import { operationId, totemId } from '../../contract/identity.ts'
import { ask } from '../ask.ts'
import { Ago } from '../parts/ago.tsx'
import { Head } from '../parts/head.tsx'
import { Loading, Problem } from '../parts/notice.tsx'
import { useMay } from '../parts/who.ts'
import { counted, deedSaid, detailSaid, ROLES } from '../words.ts'

const VERDICTS: Record<Answer<'verifyAudit'>['kind'], string> = {
  sound: 'Il registro è integro.',
  broken: 'Il registro è stato alterato: da una voce in poi non torna.',
  missing: 'Al registro mancano voci: una firma conservata altrove ne attesta di più.',
}

/** Who did what, and who looked at what. */
export function AuditScreen() {
  const filter = useSearch({ from: '/registro' })
  const navigate = useNavigate()
  const mayExport = useMay('audit.export')
  const [verdict, setVerdict] = useState<Answer<'verifyAudit'> | null>(null)
  const [problem, setProblem] = useState<unknown>(null)
  const pages = useInfiniteQuery({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam }) => ask('audit', { query: { ...filter, ...(pageParam && { before: pageParam }) } }),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next,
  })
  const entries = pages.data?.pages.flatMap((page) => page.entries) ?? []

  async function save() {
    const { file } = await ask('exportAudit')
    const url = URL.createObjectURL(new Blob([file], { type: 'application/x-ndjson' }))
    const link = Object.assign(document.createElement('a'), { href: url, download: 'registro-console.jsonl' })
    link.click()
    URL.revokeObjectURL(url)
  }
  return (
    <section className="page" aria-labelledby="audit-title">
      <div className="bar">
        <h1 id="audit-title">Registro della console</h1>
        {(filter.person || filter.object) && (
          <Button className="plain-button" onPress={() => void navigate({ to: '/registro', search: {} })}>
            Mostra tutti
          </Button>
        )}
        {mayExport && (
          <span className="aside">
            <Button onPress={() => void ask('verifyAudit').then(setVerdict, setProblem)}>Verifica</Button>{' '}
            <Button onPress={() => void save().catch(setProblem)}>Esporta con la prova</Button>
          </span>
        )}
      </div>
      <Problem of={problem ?? pages.error} />
      {verdict && (
        <p className={`notice ${verdict.kind === 'sound' ? 'good' : ''}`} role="status">
          {VERDICTS[verdict.kind]} {counted(verdict.entries)} voci, {counted(verdict.anchors)} firme
          {verdict.erased > 0 && `; le prime ${counted(verdict.erased)} cancellate per età, con firma`}
          {verdict.at !== null && `, dalla voce ${verdict.at}`}.
        </p>
      )}
      {pages.isPending ? (
        <Loading />
      ) : (
        <table className="small">
          <Head of={[{ number: 'Voce' }, 'Quando', 'Chi', 'Che cosa', 'Oggetto', 'Motivo, dettagli']} />
          <tbody>
            {entries.map(({ n, at, actor, actorName, role, deed, object, reason, outcome, detail }) => (
              <tr key={n}>
                <td className="number id">{n}</td>
                <td>
                  <Ago at={at} />
                </td>
                <td>
                  {actor === null ? (
                    <span className="quiet">installazione</span>
                  ) : (
                    <Link to="/registro" search={{ person: actor }}>
                      {actorName ?? actor.slice(0, 8)}
                    </Link>
                  )}
                  {role && <span className="quiet"> {ROLES[role]}</span>}
                </td>
                <td>
                  {deedSaid(deed)}
                  {outcome === 'refused' && <span className="mark warning"> ▲ rifiutato</span>}
                </td>
                <td className="id">
                  {object && totemId.safeParse(object).success ? (
                    <Link to="/flotta/$totem" params={{ totem: object }} search={{}}>
                      {object}
                    </Link>
                  ) : object && operationId.safeParse(object).success ? (
                    <Link to="/registro" search={{ object }}>
                      {object}
                    </Link>
                  ) : (
                    object
                  )}
                </td>
                <td className="quiet">
                  {[reason, ...Object.entries(detail).map(([key, value]) => detailSaid(key, value))]
                    .filter(Boolean)
                    .join(' · ')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {pages.hasNextPage && (
        <Button className="plain-button" onPress={() => void pages.fetchNextPage()}>
          Voci precedenti
        </Button>
      )}
    </section>
  )
}
