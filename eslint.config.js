// Biome formats and lints; ESLint only adds the two promise rules that Biome misses.
import tseslint from 'typescript-eslint';

export default tseslint.config({
  files: ['src/**/*.ts', 'conformance/**/*.ts', 'tools/**/*.ts', 'test/**/*.ts'],
  ignores: ['src/generated/**'],
  languageOptions: { parser: tseslint.parser, parserOptions: { projectService: true } },
  plugins: { '@typescript-eslint': tseslint.plugin },
  rules: {
    // node:test's test() and describe() return promises that the runner itself awaits.
    '@typescript-eslint/no-floating-promises': [
      'error',
      {
        allowForKnownSafeCalls: [{ from: 'package', name: ['test', 'it', 'describe', 'suite'], package: 'node:test' }],
      },
    ],
    '@typescript-eslint/no-misused-promises': 'error',
  },
});
