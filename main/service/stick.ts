import { constants } from 'node:fs'
import { access, readFile, realpath, statfs } from 'node:fs/promises'
import { basename, dirname } from 'node:path'

const NODE = /^\/dev\/[\w-]+$/

/** Where a stick is mounted on which this user may write; `read-only`: there is one, and it may not. */
export async function findStick(mounts = '/proc/self/mounts', sys = '/sys'): Promise<string | 'none' | 'read-only'> {
  let answer: 'none' | 'read-only' = 'none'
  for (const line of (await readFile(mounts, 'utf8').catch(() => '')).split('\n')) {
    const [device = '', folder = ''] = line.split(' ')
    // A blank in the name of a stick is \040 here (fstab(5)).
    const place = folder.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    if (!NODE.test(device) || !(await isRemovable(basename(device), sys))) continue
    if (await isWritable(place)) return place
    answer = 'read-only'
  }
  return answer
}

/** The kernel says it of the whole device, of which a partition is a folder. */
async function isRemovable(name: string, sys: string): Promise<boolean> {
  const at = await realpath(`${sys}/class/block/${name}`).catch(() => null)
  if (at === null) return false
  for (const place of [at, dirname(at)])
    if ((await readFile(`${place}/removable`, 'utf8').catch(() => '')).trim() === '1') return true
  return false
}

const isWritable = (folder: string): Promise<boolean> =>
  access(folder, constants.W_OK).then(
    () => statfs(folder).then(({ bavail }) => bavail > 0),
    () => false,
  )
