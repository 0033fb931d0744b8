/** Light and dark: the machine's own choice until the person makes another one. */
export const themes = ['auto', 'chiaro', 'scuro'] as const
export type Theme = (typeof themes)[number]

const KEY = 'theme'
const dark = matchMedia('(prefers-color-scheme: dark)')

export const chosenTheme = (): Theme => themes.find((each) => each === localStorage.getItem(KEY)) ?? 'auto'

export function wearTheme(theme: Theme = chosenTheme()): void {
  localStorage.setItem(KEY, theme)
  const isDark = theme === 'scuro' || (theme === 'auto' && dark.matches)
  document.documentElement.dataset.colours = isDark ? 'dark' : 'usual'
}
dark.addEventListener('change', () => wearTheme())
