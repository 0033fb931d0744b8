import { Header, type HeaderData } from 'tar'

export type Entry = HeaderData & { content?: string | Buffer; path: string }

const BLOCK = 512
const CONTROL = ['Package: totem-polis', 'Version: 1', 'Architecture: all', 'Maintainer: Nobody <a@b.test>', ''].join(
  '\n',
)

/** A tar archive of whatever somebody may put into one. */
function tarOf(entries: readonly Entry[]): Buffer {
  const parts = entries.flatMap(({ content = '', ...data }) => {
    const body = Buffer.from(content)
    const header = Buffer.alloc(BLOCK)
    new Header({ mode: 0o644, type: 'File', size: body.length, mtime: new Date(0), ...data }).encode(header)
    return [header, body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)]
  })
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)])
}

/** The frame of a Debian package (ar(5)). `control`: more lines of its control file. */
export function debOf(entries: readonly Entry[], control = ''): Buffer {
  const members: [string, Buffer][] = [
    ['debian-binary', Buffer.from('2.0\n')],
    ['control.tar', tarOf([{ path: './control', content: `${CONTROL}${control}` }])],
    ['data.tar', tarOf(entries)],
  ]
  const parts = members.flatMap(([name, body]) => [
    Buffer.from(
      `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(body.length).padEnd(10)}\`\n`,
    ),
    body,
    Buffer.alloc(body.length % 2),
  ])
  return Buffer.concat([Buffer.from('!<arch>\n'), ...parts])
}

/** A small program that is a whole release. */
export const programOf = (number: number, more: readonly Entry[] = []): Entry[] => [
  { path: './usr/lib/totem-polis/', type: 'Directory', mode: 0o755 },
  { path: './usr/lib/totem-polis/RELEASE', content: `${number}\n` },
  { path: './usr/lib/totem-polis/totem-polis', content: `#!/bin/sh\necho ${number}\n`, mode: 0o755 },
  { path: './usr/lib/totem-polis/resources/app.asar', content: `program ${number} `.repeat(400) },
  { path: './usr/bin/totem', content: 'not taken' },
  ...more,
]
