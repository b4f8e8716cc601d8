// GraphQL Code Generator, client preset. Its persisted-documents.json is what TRADEWIND_TRUSTED_DOCUMENTS reads.
import type { CodegenConfig } from '@graphql-codegen/cli';
import { addTypenameSelectionDocumentTransform } from '@graphql-codegen/client-preset';

const config: CodegenConfig = {
  schema: process.env.SCHEMA ?? '../schema.graphql',
  documents: 'codegen/src/**/*.ts',
  ignoreNoDocuments: false,
  generates: {
    'codegen/gen/': {
      preset: 'client',
      // Apollo's cache needs the type of each object, and cannot add it to a document that the server knows by its hash.
      documentTransforms: [addTypenameSelectionDocumentTransform],
      presetConfig: {
        fragmentMasking: { unmaskFunctionName: 'getFragmentData' },
        persistedDocuments: { mode: 'replaceDocumentWithHash', hashPropertyName: 'documentId', hashAlgorithm: 'sha256' },
      },
      config: {
        documentMode: 'string',
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        scalars: { DateTime: 'string', Decimal: 'string', JSON: 'unknown' },
      },
    },
  },
};
export default config;
