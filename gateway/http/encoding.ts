import { constants, createGunzip, gzip } from 'node:zlib'
import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * The answers are ciphertext in base64url: nothing ever repeats, and a quarter of each character is all that can be
     * saved.
     */
    sealed?: boolean
  }
}

/** Looking for repeats in a certificate would cost the gateway 1 ms and find none. */
const SEALED = { strategy: constants.Z_HUFFMAN_ONLY }

/** A shorter answer would save less than the header costs. */
const WORTH_IT_BYTES = 1_024

/**
 * Takes gzipped bodies, and gzips answers for a client that asks for it. A body's limit holds for the opened body,
 * which is read no further than that.
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
