import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DiskEvent } from './power-cut-recording.ts'

/** The share of unsynced writes that a power cut leaves: all, nothing, or any part down to a sector. */
export type Luck = 'all' | 'nothing' | 'torn' | 'some'

// A disk writes this unit as a whole.
const SECTOR = 512

type Change = { at: number; bytes: Buffer } | { size: number }
type File = { synced: Buffer; changes: Change[] }
type Naming = { name: string; file: File | null }

/**
 * A disk as an adversary would build it. A write is certain only once its file was synced after it, a name once its
 * folder was. Unsynced writes survive sector by sector. Unsynced names survive in their order, as in a journalling file
 * system, but any number of the last ones may be missing.
 */
export class UnsyncedDisk {
  /** Files as the running program sees them. */
  readonly #names = new Map<string, File>()
  readonly #syncedNames = new Map<string, File>()
  #namings: Naming[] = []

  /** False for an event that changes nothing on the disk. */
  apply(event: DiskEvent): boolean {
    switch (event.kind) {
      case 'said':
        return false
      case 'create':
        if (this.#names.has(event.name)) return false
        this.#name(event.name, { synced: Buffer.alloc(0), changes: [] })
        return true
      case 'write':
        this.#file(event.name).changes.push({ at: event.at, bytes: event.bytes })
        return true
      case 'truncate':
        this.#file(event.name).changes.push({ size: event.size })
        return true
      case 'sync':
        if (event.name === '') this.#syncNames()
        else this.#sync(this.#file(event.name))
        return true
      case 'link':
        this.#name(event.to, this.#file(event.from))
        return true
      case 'rename':
        this.#name(event.to, this.#file(event.from))
        this.#name(event.from, null)
        return true
      case 'unlink':
        this.#name(event.name, null)
        return true
    }
  }

  /** Writes into `folder` the files that the machine finds when the power is back. */
  cut(folder: string, luck: Luck, random: () => number): void {
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    const kept =
      luck === 'all' ? this.#namings.length : luck === 'nothing' ? 0 : Math.floor(random() * (this.#namings.length + 1))
    const names = new Map(this.#syncedNames)
    for (const { name, file } of this.#namings.slice(0, kept)) {
      if (file) names.set(name, file)
      else names.delete(name)
    }
    // The shared-memory file is left out: SQLite makes it anew.
    for (const [name, file] of names)
      if (!name.endsWith('-shm')) writeFileSync(join(folder, name), contentOf(file, luck, random))
  }

  #file(name: string): File {
    const file = this.#names.get(name)
    if (!file) throw new Error(`a change of ${name}, which nobody has made`)
    return file
  }

  #name(name: string, file: File | null): void {
    if (file) this.#names.set(name, file)
    else this.#names.delete(name)
    this.#namings.push({ name, file })
  }

  #sync(file: File): void {
    file.synced = contentOf(file, 'all', () => 0)
    file.changes = []
  }

  #syncNames(): void {
    for (const { name, file } of this.#namings) {
      if (file) this.#syncedNames.set(name, file)
      else this.#syncedNames.delete(name)
    }
    this.#namings = []
  }
}

function contentOf({ synced, changes }: File, luck: Luck, random: () => number): Buffer {
  const whole = (size: number) =>
    Math.max(size, ...changes.map((each) => ('at' in each ? each.at + each.bytes.length : 0)))
  const room = Buffer.alloc(whole(synced.length))
  synced.copy(room)
  let size = synced.length
  changes.forEach((change, n) => {
    if (luck === 'nothing') return
    if ('size' in change) {
      if (luck === 'some' && random() < 0.5) return
      room.fill(0, change.size, size)
      size = change.size
      return
    }
    const { at, bytes } = change
    // All but the last write, and of that one the beginning.
    const torn =
      luck === 'torn' && n === changes.length - 1 ? Math.floor((random() * bytes.length) / SECTOR) * SECTOR : null
    for (let from = 0; from < bytes.length; ) {
      const to = Math.min(bytes.length, (Math.floor((at + from) / SECTOR) + 1) * SECTOR - at)
      if (luck === 'some' ? random() < 0.5 : torn === null || from < torn) {
        bytes.copy(room, at + from, from, to)
        size = Math.max(size, at + to)
      }
      from = to
    }
  })
  return room.subarray(0, size)
}
