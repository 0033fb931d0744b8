import { FILE_BYTES, type FileEncoding, type FileRefusal } from '../../../../contract/console/bulk-file.ts'
import { err, ok, type Result } from '../../../../contract/result.ts'

/** So much of a file is text at a time. */
const SLICE_BYTES = 64 * 1024

/** A file's text, piece by piece; each walk begins anew. */
export interface FileText {
  encoding: FileEncoding
  /** Lines that stand before the text and say nothing: `sep=;`, which Excel writes. */
  skipped: number
  pieces(): Generator<string>
}

export const refusal = (kind: FileRefusal['kind'], message: string, line: number | null = null) =>
  err<FileRefusal>({ kind, message, line, offer: null })

/** What a file is that is no text, by its first bytes. */
const MAGIC: readonly (readonly [bytes: string, name: string])[] = [
  ['504b0304', 'una cartella di Excel (XLSX) o un archivio ZIP'],
  ['504b0506', 'un archivio ZIP vuoto'],
  ['d0cf11e0', 'una cartella del vecchio Excel (XLS)'],
  ['25504446', 'un PDF'],
  ['1f8b', 'un archivio compresso'],
  ['7b5c727466', 'un documento RTF'],
  ['89504e47', 'un’immagine'],
  ['ffd8ff', 'un’immagine'],
]
const SAVE_AS =
  'In Excel: File, Salva con nome, «CSV UTF-8 (delimitato dal separatore di elenco)»; poi carichi quel file.'

/**
 * Reads bytes as text, strictly: a byte that is no UTF-8 is never replaced in silence. `told`: how its sender says that it
 * is written; null: by its byte order mark, else UTF-8.
 */
export function textOf(bytes: Uint8Array, told: FileEncoding | null): Result<FileText, FileRefusal> {
  if (bytes.length === 0)
    return refusal('FILE_VUOTO', 'Il file è vuoto: 0 byte. Controlli di aver scelto il file giusto.')
  if (bytes.length > FILE_BYTES)
    return refusal('FILE_GRANDE', 'Il file supera 20 MB. Lo divida in più file, ciascuno con la sua intestazione.')
  const head = Buffer.from(bytes.subarray(0, 8)).toString('hex')
  const magic = MAGIC.find(([start]) => head.startsWith(start))
  if (magic) return refusal('FORMATO', `Non è un CSV: è ${magic[1]}, anche se il nome dice altro. ${SAVE_AS}`)
  const encoding = told ?? byMark(bytes)
  const text = { encoding, ...withoutSep(bytes, encoding) }
  try {
    for (const piece of text.pieces())
      if (piece.includes('\0')) return refusal('FORMATO', `Non è un file di testo: contiene byte nulli. ${SAVE_AS}`)
  } catch {
    return refusal('CODIFICA', `Il file non è scritto in ${NAMES[encoding]}. ${SAVE_AS}`)
  }
  return ok(text)
}

const NAMES: Record<FileEncoding, string> = {
  ...{ 'utf-8': 'UTF-8', 'utf-16le': 'UTF-16', 'utf-16be': 'UTF-16', 'windows-1252': 'Windows-1252' },
}

function byMark([first, second]: Uint8Array): FileEncoding {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
}

function* decoded(bytes: Uint8Array, encoding: FileEncoding): Generator<string> {
  // The decoder takes the byte order mark away.
  const decoder = new TextDecoder(encoding, { fatal: true })
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    const piece = decoder.decode(bytes.subarray(at, at + SLICE_BYTES), { stream: at + SLICE_BYTES < bytes.length })
    if (piece !== '') yield piece
  }
}

const SEP = /^sep=.?[ ]*(?:\r\n|\n|\r)/i

function withoutSep(bytes: Uint8Array, encoding: FileEncoding): Pick<FileText, 'skipped' | 'pieces'> {
  const start = Buffer.from(bytes.subarray(0, 64))
  const lenient = new TextDecoder(encoding).decode(start)
  const line = SEP.exec(lenient)?.[0] ?? ''
  return {
    skipped: line === '' ? 0 : 1,
    *pieces() {
      let isFirst = true
      for (const piece of decoded(bytes, encoding)) {
        yield isFirst ? piece.slice(line.length) : piece
        isFirst = false
      }
    },
  }
}
