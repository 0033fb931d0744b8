import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { DiskEvent } from './power-cut-recording.ts'

/** The share of unsynced writes that a power cut leaves: all, nothing, or any part down to a sector. */
export type Luck = 'all' | 'nothing' | 'torn' | 'some'

// A disk writes this unit as a whole.
const SECTOR = 512

type Change = { at: number; bytes: Buffer } | { size: number }
type File = { synced: Buffer; changes: Change[] }
type Node = File | 'folder' | { to: string }
/** A folder's new name names all that is in it at once. */
type Naming = { name: string; node: Node | null }[]

/**
 * A disk as an adversary would build it. A write is certain only once its file was synced after it, a name once its
 * folder was. Unsynced writes survive sector by sector. Unsynced names survive in their order, as in a journalling file
 * system, but any number of the last ones may be missing.
 */
export class UnsyncedDisk {
  /** Files as the running program sees them. */
  readonly #names = new Map<string, Node>()
  readonly #syncedNames = new Map<string, Node>()
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
      case 'folder':
        this.#name(event.name, 'folder')
        return true
      case 'symlink':
        this.#name(event.name, { to: event.to })
        return true
      case 'write':
        this.#file(event.name).changes.push({ at: event.at, bytes: event.bytes })
        return true
      case 'truncate':
        this.#file(event.name).changes.push({ size: event.size })
        return true
      case 'sync':
        // A journal of names is one for the whole file system: up to here all of it is on the disk.
        if (event.name === '' || this.#names.get(event.name) === 'folder') this.#syncNames()
        else this.#sync(this.#file(event.name))
        return true
      case 'link':
        this.#name(event.to, this.#file(event.from))
        return true
      case 'rename':
        this.#rename(event.from, event.to)
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
    put(this.#namings.slice(0, kept), names)
    // The shared-memory file is left out: SQLite makes it anew.
    for (const [name, node] of [...names].sort(([one], [other]) => (one < other ? -1 : 1))) {
      const path = join(folder, name)
      if (node === 'folder') mkdirSync(path, { recursive: true })
      else {
        mkdirSync(dirname(path), { recursive: true })
        if ('to' in node) symlinkSync(node.to, path)
        else if (!name.endsWith('-shm')) writeFileSync(path, contentOf(node, luck, random))
      }
    }
  }

  #file(name: string): File {
    const file = this.#names.get(name)
    if (!file || typeof file === 'string' || 'to' in file) throw new Error(`a change of ${name}, which nobody has made`)
    return file
  }

  #name(name: string, node: Node | null): void {
    const naming = [{ name, node }]
    put([naming], this.#names)
    this.#namings.push(naming)
  }

  #rename(from: string, to: string): void {
    const node = this.#names.get(from)
    if (!node) throw new Error(`a new name for ${from}, which nobody has made`)
    const inside = [...this.#names].filter(([name]) => name.startsWith(`${from}/`))
    const moved: Naming = [[from, node] as const, ...inside].flatMap(([name, each]) => [
      { name: to + name.slice(from.length), node: each },
      { name, node: null },
    ])
    put([moved], this.#names)
    this.#namings.push(moved)
  }

  #sync(file: File): void {
    file.synced = contentOf(file, 'all', () => 0)
    file.changes = []
  }

  #syncNames(): void {
    put(this.#namings, this.#syncedNames)
    this.#namings = []
  }
}

function put(namings: readonly Naming[], names: Map<string, Node>): void {
  for (const { name, node } of namings.flat()) {
    if (node) names.set(name, node)
    else names.delete(name)
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
