import { fileURLToPath } from 'node:url'

/** Folder of the bench's keys, certificates and lists (simulator/pki). `makePki` fills it. */
export const PKI = fileURLToPath(new URL('../../.bench/pki', import.meta.url))
