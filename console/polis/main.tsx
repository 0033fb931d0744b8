import '../../contract/jitless.ts'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { createRoot } from 'react-dom/client'
import { wearTheme } from '../theme/choice.ts'
import { PolisFigures } from './figures.tsx'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')

wearTheme()
const queries = new QueryClient({ defaultOptions: { queries: { staleTime: 300_000 } } })
createRoot(root).render(
  <QueryClientProvider client={queries}>
    <header className="top">
      <strong className="brand">Totem Polis</strong>
      <span className="quiet">i numeri pubblici</span>
    </header>
    <main>
      <PolisFigures />
    </main>
  </QueryClientProvider>,
)
