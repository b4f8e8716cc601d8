import { graphql } from '../gen/gql';

export const ProductCard = graphql(`
  fragment ProductCard on Product {
    id
    slug
    title
    availability
    priceRange { min { amount currencyCode } }
  }
`);

export const Listing = graphql(`
  query Listing($first: Int!, $after: String, $filter: ProductFilter, $sort: ProductSort) {
    products(first: $first, after: $after, filter: $filter, sort: $sort) {
      edges { cursor node { ...ProductCard } }
      pageInfo { hasNextPage endCursor }
      totalCount
    }
  }
`);

export const ProductPage = graphql(`
  query ProductPage($slug: String!) {
    product(slug: $slug) {
      ...ProductCard
      descriptionHtml
      createdAt
      variants(first: 20) { nodes { id sku selectedOptions { name value } price { amount } } }
      reviews(first: 3) { nodes { id rating title } }
    }
  }
`);

export const NodeById = graphql(`
  query NodeById($id: ID!) {
    node(id: $id) { __typename id ... on Product { title } }
  }
`);
