const common = {
  extensionsToTreatAsEsm: ['.ts'],
  testEnvironment: 'node',
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'esnext', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }],
  },
};

export default {
  projects: [
    { ...common, displayName: 'unit', roots: ['<rootDir>/src', '<rootDir>/tools', '<rootDir>/test/scale'] },
    { ...common, displayName: 'integration', roots: ['<rootDir>/test/controlplane', '<rootDir>/test/integration'] },
    { ...common, displayName: 'chaos', roots: ['<rootDir>/test/chaos'] },
    { ...common, displayName: 'delivery', roots: ['<rootDir>/test/delivery'] },
    { ...common, displayName: 'e2e', roots: ['<rootDir>/test/e2e'] },
  ],
};
