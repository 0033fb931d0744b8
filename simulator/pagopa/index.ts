export type { PagopaAccess } from './access.ts'
export { type Pagopa, startPagopa } from './server.ts'
