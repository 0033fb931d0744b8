export { type ExternalKey, type LoadedExternalKey, loadExternalKey } from './external-key.ts'
export { type CieCard, loginCie } from './login.ts'
export { readCie } from './read.ts'
