import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

// Makes assets/comuni/ anew out of open data; assets/comuni/README.md says where each file comes from.

const { values } = parseArgs({
  options: { archive: { type: 'string' }, istat: { type: 'string' }, geonames: { type: 'string' } },
})
const { archive, istat, geonames } = values
if (!archive || !istat || !geonames)
  throw new Error(
    'node scripts/comuni.ts --archive ANPR_archivio_comuni.csv --istat comuni.csv --geonames cities500.txt',
  )

type Row = Record<string, string>

function rowsOf(file: string): Row[] {
  const [head = [], ...rows] = readFileSync(file, 'utf8')
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, a, b]) => a ?? b ?? ''))
  return rows.map((row) => Object.fromEntries(head.map((name, column) => [name, row[column] ?? ''])))
}
const get = (row: Row, name: string) => row[name] ?? ''
const folded = (text: string) =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z]+/g, ' ')
    .trim()
const titled = (text: string) => text.toLowerCase().replace(/(^|[\s'’-])\p{L}/gu, (letter) => letter.toUpperCase())
const dayAfter = (day: string) => new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)

const all = rowsOf(archive)
const active = all.filter((row) => get(row, 'STATO') === 'A')
const counted = new Map(rowsOf(istat).map((row) => [get(row, 'cod_istat'), row]))
/** Populated places of Italy: [name, ASCII name], province, ISTAT code of the comune, feature, latitude, longitude. */
const places = readFileSync(geonames, 'utf8')
  .split('\n')
  .map((line) => line.split('\t'))
  .filter((field) => field[8] === 'IT')
  .map((field) => ({
    names: [field[1] ?? '', field[2] ?? ''].map(folded),
    ...{ province: field[11] ?? '', comune: field[12] ?? '', feature: field[7] ?? '' },
    ...{ latitude: field[4] ?? '', longitude: field[5] ?? '', people: Number(field[14]) },
  }))
const byComune = Map.groupBy(places, ({ comune }) => comune)
const byName = Map.groupBy(
  places.flatMap((place) => [...new Set(place.names)].map((name) => ({ name, place }))),
  ({ name }) => name,
)
const byCode = new Map(active.map((row) => [get(row, 'CODISTAT'), row]))
const byLand = new Map(active.map((row) => [get(row, 'CODCATASTALE'), row]))
const born = Map.groupBy(active, (row) => `${get(row, 'DATAISTITUZIONE')} ${get(row, 'SIGLAPROVINCIA')}`)

/** Which comune its territory belongs to now; null: these sources do not say it for certain. */
function successorOf(row: Row): string | null {
  const [land, code] = [byLand.get(get(row, 'CODCATASTALE')), byCode.get(get(row, 'CODISTAT'))]
  if (land) return get(land, 'CODISTAT')
  if (code) return get(code, 'CODISTAT')
  const found = (byName.get(folded(get(row, 'DENOMINAZIONE_IT'))) ?? [])
    .filter(({ place }) => place.province === get(row, 'SIGLAPROVINCIA') && byCode.has(place.comune))
    .map(({ place }) => place.comune)
  if (new Set(found).size === 1) return found[0] ?? null
  // Before 1945 comuni were taken apart and put together again so often that the day alone says too little.
  const next = born.get(`${dayAfter(get(row, 'DATACESSAZIONE'))} ${get(row, 'SIGLAPROVINCIA')}`) ?? []
  return next.length === 1 && get(row, 'DATACESSAZIONE') > '1945' ? get(next[0] ?? {}, 'CODISTAT') : null
}

/** Codes of what a comune was before it was founded, or came to another province. */
const before = new Map<string, string[]>()
const ceased = new Map<string, { name: string; province: string; day: string; successor: string }>()
for (const row of all.filter((each) => get(each, 'STATO') === 'C')) {
  const successor = successorOf(row)
  const now = successor === null ? undefined : byCode.get(successor)
  if (successor) before.set(successor, [...(before.get(successor) ?? []), get(row, 'CODISTAT')])
  const name = folded(get(row, 'DENOMINAZIONE_IT'))
  if (!successor || !now || folded(get(now, 'DENOMINAZIONE_IT')) === name) continue
  const key = `${name} ${successor}`
  const day = get(row, 'DATACESSAZIONE')
  if ((ceased.get(key)?.day ?? '') > day) continue
  ceased.set(key, { name: titled(get(row, 'DENOMINAZIONE_IT')), province: get(row, 'SIGLAPROVINCIA'), day, successor })
}

/** Of a comune that was founded since the count: those of the comuni that it was made of. Empty: the sources do not say it. */
function populationOf(code: string): string {
  const counts = (counted.has(code) ? [code] : [...new Set(before.get(code))])
    .flatMap((each) => counted.get(each) ?? ([] as Row[]))
    .map((each) => Number(get(each, 'popolazione_legale_2011')))
  return counts.length === 0 ? '' : String(counts.reduce((sum, each) => sum + each, 0))
}
const placesOf = (code: string) =>
  byComune.get(code) ?? (before.get(code) ?? []).flatMap((old) => byComune.get(old) ?? [])

const comuni = active.map((row) => {
  const code = get(row, 'CODISTAT')
  const here = placesOf(code)
  const seat = here.find(({ feature }) => /^PPL(C|A)/.test(feature)) ?? here.toSorted((a, b) => b.people - a.people)[0]
  const known = counted.get(code) ?? {}
  const name = get(known, 'denominazione_it') || titled(get(row, 'DENOMINAZIONE_IT'))
  // ISTAT's file has lost a Slovene letter.
  const told = get(known, 'denominazione_altra_lingua')
  const other = told.replace('So?i', 'Soči')
  const point = seat ? [Number(seat.latitude).toFixed(3), Number(seat.longitude).toFixed(3)] : ['', '']
  return [code, name, other, get(row, 'IDREGIONE'), get(row, 'SIGLAPROVINCIA'), populationOf(code), ...point]
})
const text = (head: string, rows: readonly string[][]) =>
  `${[head, ...rows.map((row) => row.join(';')).sort()].join('\n')}\n`
const into = (name: string) => new URL(`../assets/comuni/${name}`, import.meta.url)
writeFileSync(into('comuni.csv'), text('istat;name;other;region;province;population;latitude;longitude', comuni))
writeFileSync(
  into('ceased.csv'),
  text(
    'name;province;until;successor',
    [...ceased.values()].map(({ name, province, day, successor }) => [name, province, day, successor]),
  ),
)
console.log(`${comuni.length} comuni, ${ceased.size} former names`)
