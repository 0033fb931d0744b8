import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { Answer } from '../../contract/console/api.ts'
import { PART_ROWS, type ResultForm } from '../../contract/console/bulk-file.ts'
import { addressOf, ask } from '../ask.ts'
import { counted } from '../words.ts'
import { Problem } from './notice.tsx'

type File = Answer<'resultFiles'>['files'][number]

const FORMS: Record<ResultForm, string> = {
  ...{ csv: 'CSV', xlsx: 'Excel (XLSX)', pdf: 'PDF', zip: 'Tutto in un archivio (ZIP)', riepilogo: 'Riepilogo (JSON)' },
}
const said = ({ form, part }: File, parts: number) =>
  form === 'csv' && parts > 1
    ? `CSV, righe ${counted((part - 1) * PART_ROWS + 1)}–${part === parts ? 'fine' : counted(part * PART_ROWS)}`
    : FORMS[form]

/** The answers of one's own request, as files. Each fetch asks for a log-in of just now, and stands in the audit. */
export function Downloads({ request }: { request: string }) {
  const [problem, setProblem] = useState<unknown>(null)
  const files = useQuery({
    queryKey: ['files', request],
    queryFn: () => ask('resultFiles', { params: { request } }),
  })
  const all = files.data?.files ?? []
  const parts = all.filter(({ form }) => form === 'csv').length
  function fetchFile({ form, part }: File) {
    ask('makeDownload', { params: { request }, body: { form, part } }).then(({ download, name }) => {
      setProblem(null)
      Object.assign(document.createElement('a'), {
        href: addressOf('download', { params: { download } }),
        download: name,
      }).click()
    }, setProblem)
  }
  return (
    <section aria-label="Scarica le risposte">
      <Problem of={problem ?? files.error} />
      <p className="line">
        {all.map((file) => (
          <Button key={file.name} onPress={() => fetchFile(file)}>
            {said(file, parts)}
          </Button>
        ))}
      </p>
      <p className="quiet">
        Ogni file si scarica con un collegamento che vale una volta, per cinque minuti. Le risposte si cancellano da sé
        sette giorni dopo la fine.
      </p>
    </section>
  )
}
