import { Readable } from 'node:stream'
import yazl from 'yazl'

/** A file of an archive; it is made when its turn comes. */
export interface Packed {
  name: string
  pieces(): AsyncIterable<string | Uint8Array>
}

/** An archive whose files are made one after the other, and never whole in memory; what fails in one breaks it off. */
export function zipOf(files: readonly Packed[], at: Date): AsyncIterable<Uint8Array> {
  const zip = new yazl.ZipFile()
  const output = zip.outputStream as Readable
  for (const { name, pieces } of files)
    zip.addReadStreamLazy(name, { mtime: at }, (give) => {
      const source = Readable.from(pieces())
      // yazl listens to no error of a file's own.
      source.once('error', (failure) => output.destroy(failure))
      output.once('close', () => source.destroy())
      give(null, source)
    })
  zip.end()
  return output
}
