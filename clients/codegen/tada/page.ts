// gql.tada: types are inferred from the text, so a wrong field is an error of the compiler.
import { initGraphQLTada, type ResultOf } from 'gql.tada';
import type { introspection } from '../gen/graphql-env';

const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { DateTime: string; Decimal: string; JSON: unknown };
}>();

export const Page = graphql(`
  query Page($slug: String!) {
    product(slug: $slug) { title rating { average count } variants(first: 1) { nodes { price { amount } } } }
  }
`);

type Product = NonNullable<ResultOf<typeof Page>['product']>;
export const title = (product: Product): string => product.title;
export const amount = (product: Product): string | undefined => product.variants.nodes[0]?.price.amount;
