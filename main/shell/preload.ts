import { contextBridge, ipcRenderer } from 'electron'
import { CALL_CHANNEL, ipcMethodNames, VIEW_CHANNEL } from '../../contract/bridge.ts'

// SECURITY: the page gets named methods only, and neither ipcRenderer nor its event object (Electron's security
// checklist, item 20).
const methods = Object.fromEntries(
  ipcMethodNames.map((method) => [method, (argument: unknown) => ipcRenderer.invoke(CALL_CHANNEL, method, argument)]),
)

contextBridge.exposeInMainWorld('totem', {
  ...methods,
  onView(listener: (view: unknown) => void) {
    const receive = (_: unknown, view: unknown) => listener(view)
    ipcRenderer.on(VIEW_CHANNEL, receive)
    return () => ipcRenderer.off(VIEW_CHANNEL, receive)
  },
})
