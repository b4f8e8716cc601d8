import { graphql } from 'relay-runtime';

export const query = graphql`
  query listingQuery($count: Int!, $cursor: String) {
    ...listing_products @arguments(count: $count, cursor: $cursor)
  }
`;

export const list = graphql`
  fragment listing_products on Query
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" })
  @refetchable(queryName: "listingPaginationQuery") {
    products(first: $count, after: $cursor) @connection(key: "listing_products") {
      edges { node { id title ...listing_card } }
    }
  }
`;

export const card = graphql`
  fragment listing_card on Product @refetchable(queryName: "listingCardQuery") {
    id
    slug
    priceRange { min { amount currencyCode } }
  }
`;

export const reviews = graphql`
  fragment listing_reviews on Product
  @argumentDefinitions(count: { type: "Int", defaultValue: 3 }, cursor: { type: "String" })
  @refetchable(queryName: "listingReviewsQuery") {
    reviews(first: $count, after: $cursor) @connection(key: "listing_reviews") {
      edges { node { id rating title } }
    }
  }
`;
