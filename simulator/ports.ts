import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * The first of so many neighbouring free ports, for a program that must be told its port before it listens. Outside the
 * kernel's ephemeral range, in which any client could take a port meanwhile.
 */
export async function freePort(neighbours = 1): Promise<number> {
  for (;;) {
    const first = 10_000 + Math.floor(Math.random() * 22_000)
    const ports = Array.from({ length: neighbours }, (_, n) => first + n)
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return first
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  try {
    probe.listen(port, '127.0.0.1')
    await once(probe, 'listening')
    return true
  } catch {
    return false
  } finally {
    probe.close()
  }
}
