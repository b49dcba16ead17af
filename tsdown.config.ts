import { defineConfig, type UserConfig } from 'tsdown'

// Every package runs `tsdown --config ../../tsdown.config.ts` in its own folder.
const config: UserConfig = defineConfig({
  cwd: process.cwd(),
  entry: ['src/index.ts'],
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  dts: true,
  fixedExtension: false,
  clean: true,
  failOnWarn: true,
  // Workspace packages are read as source. Of the dependencies only the spec's types, in
  // declarations, and its hash are bundled: they tell what a package was made with, whatever is installed beside it.
  inputOptions: { resolve: { conditionNames: ['source', 'import', 'default'] } },
  deps: {
    onlyBundle: [],
    alwaysBundle: ['@digame/internal', '@digame/spec/hash'],
    dts: { alwaysBundle: ['@digame/internal', '@digame/spec'] },
  },
  tsconfig: new URL('tsconfig.json', import.meta.url).pathname,
})

export default config
