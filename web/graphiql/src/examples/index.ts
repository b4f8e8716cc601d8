import categoryTree from './category-tree.graphql?raw';
import listing from './listing.graphql?raw';
import productPage from './product-page.graphql?raw';
import search from './search.graphql?raw';

const variables = (values: Record<string, unknown>) => `${JSON.stringify(values, null, 2)}\n`;

/** The tabs of a first visit; later visits find their own tabs again. */
export const examples = [
  { query: productPage },
  { query: listing, variables: variables({ category: null, after: null }) },
  { query: search, variables: variables({ query: 'shirt' }) },
  { query: categoryTree },
];
