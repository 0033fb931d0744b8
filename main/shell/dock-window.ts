import { BrowserWindow } from 'electron'

/** Opens the bench's dock beside the totem: insert a card, see the paper, pull the line. Development builds only. */
export async function openDock(url: string): Promise<void> {
  const dock = new BrowserWindow({
    width: 560,
    height: 1000,
    x: 0,
    y: 0,
    title: 'Totem Polis: dock',
    // The argument marks its renderer in the list of processes: the dock can end a citizen's renderer, and must not end
    // its own.
    webPreferences: { partition: 'dock', sandbox: true, additionalArguments: ['--dock'] },
  })
  dock.webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
  await dock.loadURL(url)
}
