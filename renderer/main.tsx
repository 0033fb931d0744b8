import './jitless.ts'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { connect } from './bridge.ts'
import { Failure } from './failure.tsx'
import { receive } from './store.ts'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')

connect(receive)
createRoot(root).render(
  <Failure>
    <App />
  </Failure>,
)
