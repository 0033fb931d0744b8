import '../contract/jitless.ts'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { I18nProvider } from 'react-aria-components'
import { createRoot } from 'react-dom/client'
import { queries } from './queries.ts'
import { router } from './router.tsx'
import { wearTheme } from './theme/choice.ts'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')

wearTheme()
createRoot(root).render(
  <I18nProvider locale="it-IT">
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </I18nProvider>,
)
