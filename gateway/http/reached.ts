import type { FastifyInstance } from 'fastify'

/** Where browsers reach a door: as its setting says (`url`), or as it listens on this machine. */
export function reachedAt({ server }: FastifyInstance, url: string | null): string {
  if (url !== null) return new URL(url).origin
  const bound = server.address()
  return `https://localhost:${bound !== null && typeof bound === 'object' ? bound.port : 0}`
}
