import { runCompiled } from '../basics/compiled.ts'

// The device process starts here.
runCompiled(__dirname, 'devices')
