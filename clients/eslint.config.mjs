// graphql-eslint over the served schema: Relay, naming, descriptions, deprecations. Each exception says why.
import g from '@graphql-eslint/eslint-plugin';
const sdl = process.env.SCHEMA ?? "../schema.graphql";
export default [{
  files: ['**/*.graphql'],
  plugins: { '@graphql-eslint': g },
  languageOptions: { parser: g.parser, parserOptions: { graphQLConfig: { schema: sdl } } },
  rules: {
    '@graphql-eslint/description-style': 'off',
    '@graphql-eslint/known-argument-names': 'error',
    '@graphql-eslint/known-directives': 'error',
    '@graphql-eslint/known-type-names': 'error',
    '@graphql-eslint/no-deprecated': 'off',
    '@graphql-eslint/no-duplicate-fields': 'error',
    '@graphql-eslint/no-hashtag-description': 'error',
    '@graphql-eslint/no-typename-prefix': 'error',
    '@graphql-eslint/no-unreachable-types': 'error',
    '@graphql-eslint/no-scalar-result-type-on-mutation': 'error',
    '@graphql-eslint/provided-required-arguments': 'error',
    '@graphql-eslint/require-deprecation-reason': 'error',
    '@graphql-eslint/require-description': ['error', { types: true, FieldDefinition: true, InputValueDefinition: true, EnumValueDefinition: true, DirectiveDefinition: true, rootField: true }],
    '@graphql-eslint/require-nullable-result-in-root': 'off',
    '@graphql-eslint/require-nullable-fields-with-oneof': 'error',
    '@graphql-eslint/require-type-pattern-with-oneof': 'off',
    '@graphql-eslint/strict-id-in-types': 'off',
    '@graphql-eslint/unique-directive-names': 'error',
    '@graphql-eslint/unique-enum-value-names': 'error',
    '@graphql-eslint/unique-field-definition-names': 'error',
    '@graphql-eslint/unique-operation-types': 'error',
    '@graphql-eslint/unique-type-names': 'error',
    '@graphql-eslint/naming-convention': ['error', { types: 'PascalCase', FieldDefinition: 'camelCase', InputValueDefinition: 'camelCase', Argument: 'camelCase', DirectiveDefinition: 'camelCase', EnumValueDefinition: 'UPPER_CASE', 'FieldDefinition[parent.name.value=Query]': { forbiddenPrefixes: ['query', 'get'], forbiddenSuffixes: ['Query'] }, 'FieldDefinition[parent.name.value=Mutation]': { forbiddenPrefixes: ['mutation'], forbiddenSuffixes: ['Mutation'] } }],
    // Relay asks for one direction; variants and reviews are read from the start only.
    '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
    '@graphql-eslint/relay-connection-types': 'error',
    '@graphql-eslint/relay-edge-types': ['error', { withEdgeSuffix: true, shouldImplementNode: true, listTypeCanWrapOnlyEdgeType: false }],
    '@graphql-eslint/relay-page-info': 'error',
  },
}];
