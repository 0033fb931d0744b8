import { constants, createGunzip, gzip } from 'node:zlib'
import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its answers are ciphertext in base64url: nothing ever repeats, a quarter of each character is all there is to save. */
    sealed?: boolean
  }
}

/** To look for repeats in a certificate would take 1 ms more of its gateway's time, and find none. */
const SEALED = { strategy: constants.Z_HUFFMAN_ONLY }

/** Below this a header's worth is saved at most. */
const WORTH_IT_BYTES = 1_024

/**
 * Bodies may come gzipped; a body's limit holds for what comes out of it, which is read no further than that. Answers go
 * gzipped to who asks for it.
 */
export function speakGzip(server: FastifyInstance): void {
  server.addHook('preParsing', async (request, _reply, payload) => {
    const encoding = request.headers['content-encoding'] ?? 'identity'
    if (encoding === 'identity') return payload
    if (encoding !== 'gzip') throw Object.assign(new Error('content-encoding'), { statusCode: 415 })
    const opened = Object.assign(createGunzip(), { receivedEncodedLength: 0 })
    payload.on('data', (chunk: Buffer) => {
      opened.receivedEncodedLength += chunk.length
    })
    payload.on('error', (error) => opened.destroy(error))
    return payload.pipe(opened)
  })
  server.addHook('onSend', (request, reply, payload, done) => {
    const asked = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')
    if (!asked || typeof payload !== 'string' || payload.length < WORTH_IT_BYTES) return done(null, payload)
    gzip(payload, request.routeOptions.config.sealed ? SEALED : {}, (error, packed) => {
      if (error) return done(error)
      reply.header('content-encoding', 'gzip').header('vary', 'accept-encoding').removeHeader('content-length')
      done(null, packed)
    })
  })
}
