import type { RouteName } from '../../../contract/console/api.ts'
import type { ConsoleProblem } from '../../../contract/console/problem.ts'
import { ok, type Result } from '../../../contract/result.ts'
import type { Comuni } from '../../polis/comuni.ts'
import { may } from '../permissions/matrix.ts'
import type { Ask, Handlers } from '../route.ts'
import type { ConsoleTransaction } from '../tables.ts'
import { bringFigures } from './bring.ts'
import { closeOffice, officesOf, reopenOffice } from './closures.ts'
import { cieFile, crossFile, officesFile, productsFile } from './files.ts'
import { cieOf, consultationsOf, productsByChannel, productsOf, type Shown } from './pages.ts'
import { declareRegime, endRegime } from './regimes.ts'

type Asked = Pick<Ask<RouteName>, 'held' | 'seen' | 'seenAs'> & { query: { numbers?: 'pubblicabili' | undefined } }

/**
 * SECURITY: exact figures are for whoever may see them within their own ente, and then in the sight of that right alone;
 * everybody else, and whoever wants to hand them on, gets them with small numbers hidden. A file is made of the same page.
 */
async function shownTo<T>(
  { held, query: { numbers }, seen, seenAs }: Asked,
  now: Date,
  page: (transaction: ConsoleTransaction, shown: Shown) => Promise<T>,
): Promise<T> {
  const own = may(held, 'statistics.exact')
  const shown = { mayExact: own !== null, exact: own !== null && numbers !== 'pubblicabili', now }
  const work = (transaction: ConsoleTransaction) => page(transaction, shown)
  return own === null ? seen(work) : seenAs(own, work)
}
const filed = <P, F>(page: Result<P, ConsoleProblem>, file: (page: P) => F): Result<F, ConsoleProblem> =>
  page.ok ? ok(file(page.value)) : page

type Statistics = Pick<
  Handlers,
  | ('products' | 'productsFile' | 'productsCross' | 'productsCrossFile' | 'cie' | 'cieFile')
  | ('consultations' | 'consultationsFile' | 'offices' | 'officesFile')
  | ('closeOffice' | 'reopenOffice' | 'declareRegime' | 'endRegime' | 'bringFigures')
>

export function statisticsHandlers({ comuni, now }: { comuni: Comuni; now(): Date }): Statistics {
  const products = (ask: Ask<'products'> | Ask<'productsFile'>) =>
    shownTo(ask, now(), (transaction, shown) => productsOf(transaction, ask.query, shown))
  const cross = (ask: Ask<'productsCross'> | Ask<'productsCrossFile'>) =>
    shownTo(ask, now(), (transaction, shown) => productsByChannel(transaction, ask.query, shown))
  const cie = (ask: Ask<'cie'> | Ask<'cieFile'>) =>
    shownTo(ask, now(), (transaction, shown) => cieOf(transaction, ask.query, shown))
  const consultations = (ask: Ask<'consultations'> | Ask<'consultationsFile'>) =>
    shownTo(ask, now(), (transaction, shown) => consultationsOf(transaction, ask.query, shown))
  const offices = ({ query, held, seen }: Ask<'offices'> | Ask<'officesFile'>) =>
    seen((transaction) =>
      officesOf(transaction, query, { comuni, mayWrite: may(held, 'statistics.write') !== null, now: now() }),
    )
  const actor = ({ doer, session: { name } }: Pick<Ask<RouteName>, 'doer' | 'session'>) => ({ doer, name })
  return {
    products,
    productsFile: async (ask) => filed(await products(ask), productsFile),
    productsCross: cross,
    productsCrossFile: async (ask) => filed(await cross(ask), (page) => crossFile('prodotti-per-canale', page)),
    cie,
    cieFile: async (ask) => filed(await cie(ask), cieFile),
    consultations,
    consultationsFile: async (ask) => filed(await consultations(ask), (page) => crossFile('consultazioni', page)),
    offices: async (ask) => ok(await offices(ask)),
    officesFile: async (ask) => ok(officesFile(await offices(ask))),
    closeOffice: (ask) => ask.seen((transaction) => closeOffice(transaction, actor(ask), ask.body, now())),
    reopenOffice: (ask) => ask.seen((transaction) => reopenOffice(transaction, actor(ask), ask.body, now())),
    declareRegime: (ask) => ask.seen((transaction) => declareRegime(transaction, actor(ask), ask.body, now())),
    endRegime: (ask) => ask.seen((transaction) => endRegime(transaction, actor(ask), ask.body, now())),
    bringFigures: (ask) =>
      ask.seen((transaction) => bringFigures(transaction, actor(ask), ask.body, { comuni, now: now() })),
  }
}
