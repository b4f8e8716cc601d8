//! What the shop sells: 8 departments, 32 groups, 160 kinds. Popular groups and kinds come first; the order is part of
//! the output.

/// Which sizes a group comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    Apparel,
    Shoes,
    Bed,
    Home,
    Volume,
    /// No sizes.
    ColorOnly,
}

impl Scale {
    /// Values of the option Size, ascending; at least five, or none.
    pub(super) fn sizes(self) -> &'static [&'static str] {
        match self {
            Self::Apparel => &["XS", "S", "M", "L", "XL", "XXL"],
            Self::Shoes => &["36", "37", "38", "39", "40", "41", "42", "43", "44", "45"],
            Self::Bed => &["Single", "Full", "Queen", "King", "Super King"],
            Self::Home => &["Mini", "Small", "Medium", "Large", "Extra Large"],
            Self::Volume => &["250 ml", "350 ml", "500 ml", "750 ml", "1 l"],
            Self::ColorOnly => &[],
        }
    }

    /// What each larger size costs more, in thousandths of the price.
    pub(super) fn step_milli(self) -> i64 {
        match self {
            Self::Apparel | Self::Shoes | Self::ColorOnly => 0,
            Self::Bed | Self::Home | Self::Volume => 150,
        }
    }
}

/// The middle level of the category tree, with what its products have in common.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) root: &'static str,
    pub(super) name: &'static str,
    /// Product types of the first two kinds, and of the others.
    pub(super) types: [&'static str; 2],
    pub(super) scale: Scale,
    /// Median price.
    pub(super) dollars: i64,
    /// Usual weight.
    pub(super) grams: i64,
    pub(super) materials: &'static [&'static str],
    /// The leaves: the category's name, and the noun of a title.
    pub(super) kinds: [(&'static str, &'static str); 5],
}

/// All of them.
#[rustfmt::skip]
pub(super) static GROUPS: [Group; 32] = [
    Group {
        root: "Clothing", name: "Tops", types: ["Shirts", "T-Shirts"], scale: Scale::Apparel, dollars: 42, grams: 220,
        materials: &["Cotton", "Linen", "Flannel", "Denim", "Jersey", "Hemp"],
        kinds: [("Shirts", "Shirt"), ("T-Shirts", "T-Shirt"), ("Blouses", "Blouse"), ("Polos", "Polo"), ("Tank Tops", "Tank Top")],
    },
    Group {
        root: "Clothing", name: "Knitwear", types: ["Sweaters", "Hoodies"], scale: Scale::Apparel, dollars: 78, grams: 480,
        materials: &["Wool", "Cashmere", "Cotton", "Alpaca", "Merino"],
        kinds: [("Sweaters", "Sweater"), ("Cardigans", "Cardigan"), ("Hoodies", "Hoodie"), ("Turtlenecks", "Turtleneck"), ("Knit Vests", "Knit Vest")],
    },
    Group {
        root: "Clothing", name: "Bottoms", types: ["Trousers", "Shorts"], scale: Scale::Apparel, dollars: 68, grams: 520,
        materials: &["Cotton", "Linen", "Denim", "Twill", "Corduroy", "Wool"],
        kinds: [("Trousers", "Trousers"), ("Jeans", "Jeans"), ("Chinos", "Chinos"), ("Shorts", "Shorts"), ("Skirts", "Skirt")],
    },
    Group {
        root: "Footwear", name: "Shoes", types: ["Shoes", "Shoes"], scale: Scale::Shoes, dollars: 110, grams: 900,
        materials: &["Leather", "Suede", "Canvas", "Mesh", "Wool"],
        kinds: [("Sneakers", "Sneakers"), ("Loafers", "Loafers"), ("Sandals", "Sandals"), ("Boat Shoes", "Boat Shoes"), ("Slippers", "Slippers")],
    },
    Group {
        root: "Clothing", name: "Outerwear", types: ["Jackets", "Coats"], scale: Scale::Apparel, dollars: 165, grams: 1100,
        materials: &["Wool", "Nylon", "Waxed Cotton", "Denim", "Down", "Leather"],
        kinds: [("Jackets", "Jacket"), ("Coats", "Coat"), ("Parkas", "Parka"), ("Raincoats", "Raincoat"), ("Fleeces", "Fleece")],
    },
    Group {
        root: "Accessories", name: "Bags", types: ["Bags", "Bags"], scale: Scale::ColorOnly, dollars: 85, grams: 750,
        materials: &["Canvas", "Leather", "Nylon", "Felt", "Cork"],
        kinds: [("Backpacks", "Backpack"), ("Tote Bags", "Tote Bag"), ("Duffels", "Duffel"), ("Messenger Bags", "Messenger Bag"), ("Pouches", "Pouch")],
    },
    Group {
        root: "Home", name: "Bedding", types: ["Bedding", "Blankets"], scale: Scale::Bed, dollars: 95, grams: 1800,
        materials: &["Linen", "Cotton", "Percale", "Bamboo", "Wool"],
        kinds: [("Duvet Covers", "Duvet Cover"), ("Sheet Sets", "Sheet Set"), ("Pillowcases", "Pillowcase"), ("Blankets", "Blanket"), ("Quilts", "Quilt")],
    },
    Group {
        root: "Kitchen", name: "Tableware", types: ["Tableware", "Glassware"], scale: Scale::Home, dollars: 28, grams: 420,
        materials: &["Stoneware", "Porcelain", "Enamel", "Glass", "Bamboo"],
        kinds: [("Mugs", "Mug"), ("Plates", "Plate"), ("Bowls", "Bowl"), ("Tumblers", "Tumbler"), ("Serving Trays", "Serving Tray")],
    },
    Group {
        root: "Home", name: "Decor", types: ["Decor", "Candles"], scale: Scale::Home, dollars: 38, grams: 650,
        materials: &["Ceramic", "Brass", "Glass", "Rattan", "Concrete"],
        kinds: [("Vases", "Vase"), ("Candles", "Candle"), ("Picture Frames", "Picture Frame"), ("Mirrors", "Mirror"), ("Baskets", "Basket")],
    },
    Group {
        root: "Accessories", name: "Headwear", types: ["Hats", "Hats"], scale: Scale::ColorOnly, dollars: 34, grams: 120,
        materials: &["Wool", "Cotton", "Straw", "Felt", "Fleece"],
        kinds: [("Beanies", "Beanie"), ("Caps", "Cap"), ("Bucket Hats", "Bucket Hat"), ("Sun Hats", "Sun Hat"), ("Headbands", "Headband")],
    },
    Group {
        root: "Outdoor", name: "Camp", types: ["Camping", "Tents"], scale: Scale::Home, dollars: 120, grams: 2400,
        materials: &["Canvas", "Nylon", "Polyester", "Aluminum", "Steel"],
        kinds: [("Tents", "Tent"), ("Sleeping Bags", "Sleeping Bag"), ("Hammocks", "Hammock"), ("Camp Chairs", "Camp Chair"), ("Tarps", "Tarp")],
    },
    Group {
        root: "Footwear", name: "Boots", types: ["Boots", "Boots"], scale: Scale::Shoes, dollars: 165, grams: 1400,
        materials: &["Leather", "Suede", "Rubber", "Nubuck", "Shearling"],
        kinds: [("Hiking Boots", "Hiking Boots"), ("Chelsea Boots", "Chelsea Boots"), ("Rain Boots", "Rain Boots"), ("Winter Boots", "Winter Boots"), ("Work Boots", "Work Boots")],
    },
    Group {
        root: "Kitchen", name: "Cookware", types: ["Cookware", "Cookware"], scale: Scale::Home, dollars: 72, grams: 1900,
        materials: &["Cast Iron", "Copper", "Stainless Steel", "Enamel", "Carbon Steel"],
        kinds: [("Skillets", "Skillet"), ("Saucepans", "Saucepan"), ("Stockpots", "Stockpot"), ("Baking Sheets", "Baking Sheet"), ("Casseroles", "Casserole")],
    },
    Group {
        root: "Clothing", name: "Underlayers", types: ["Underlayers", "Socks"], scale: Scale::Apparel, dollars: 26, grams: 110,
        materials: &["Cotton", "Merino", "Modal", "Bamboo", "Silk"],
        kinds: [("Socks", "Socks"), ("Base Layers", "Base Layer"), ("Leggings", "Leggings"), ("Pajamas", "Pajamas"), ("Robes", "Robe")],
    },
    Group {
        root: "Outdoor", name: "Hydration", types: ["Bottles", "Bottles"], scale: Scale::Volume, dollars: 32, grams: 340,
        materials: &["Stainless Steel", "Glass", "Aluminum", "Titanium", "Copper"],
        kinds: [("Water Bottles", "Water Bottle"), ("Thermoses", "Thermos"), ("Flasks", "Flask"), ("Travel Mugs", "Travel Mug"), ("Canteens", "Canteen")],
    },
    Group {
        root: "Accessories", name: "Leather Goods", types: ["Wallets", "Belts"], scale: Scale::ColorOnly, dollars: 58, grams: 140,
        materials: &["Leather", "Suede", "Cork", "Canvas", "Nylon"],
        kinds: [("Wallets", "Wallet"), ("Belts", "Belt"), ("Card Holders", "Card Holder"), ("Key Cases", "Key Case"), ("Watch Straps", "Watch Strap")],
    },
    Group {
        root: "Home", name: "Textiles", types: ["Textiles", "Rugs"], scale: Scale::Bed, dollars: 55, grams: 900,
        materials: &["Linen", "Cotton", "Wool", "Jute", "Velvet"],
        kinds: [("Throw Pillows", "Throw Pillow"), ("Curtains", "Curtain"), ("Rugs", "Rug"), ("Towels", "Towel"), ("Table Runners", "Table Runner")],
    },
    Group {
        root: "Outdoor", name: "Training", types: ["Fitness", "Fitness"], scale: Scale::ColorOnly, dollars: 45, grams: 1600,
        materials: &["Cork", "Rubber", "Steel", "Foam", "Cotton"],
        kinds: [("Yoga Mats", "Yoga Mat"), ("Dumbbells", "Dumbbell"), ("Jump Ropes", "Jump Rope"), ("Foam Rollers", "Foam Roller"), ("Resistance Bands", "Resistance Band")],
    },
    Group {
        root: "Home", name: "Lighting", types: ["Lighting", "Lighting"], scale: Scale::Home, dollars: 95, grams: 1500,
        materials: &["Brass", "Paper", "Glass", "Oak", "Concrete"],
        kinds: [("Table Lamps", "Table Lamp"), ("Floor Lamps", "Floor Lamp"), ("Pendants", "Pendant"), ("Lanterns", "Lantern"), ("Wall Lights", "Wall Light")],
    },
    Group {
        root: "Kitchen", name: "Coffee and Tea", types: ["Coffee Gear", "Tea Gear"], scale: Scale::Volume, dollars: 48, grams: 700,
        materials: &["Glass", "Stainless Steel", "Ceramic", "Copper", "Cast Iron"],
        kinds: [("Coffee Drippers", "Coffee Dripper"), ("French Presses", "French Press"), ("Kettles", "Kettle"), ("Teapots", "Teapot"), ("Moka Pots", "Moka Pot")],
    },
    Group {
        root: "Garden", name: "Planting", types: ["Planters", "Planters"], scale: Scale::Home, dollars: 36, grams: 1300,
        materials: &["Terracotta", "Fiberstone", "Zinc", "Cedar", "Ceramic"],
        kinds: [("Planters", "Planter"), ("Watering Cans", "Watering Can"), ("Raised Beds", "Raised Bed"), ("Hanging Pots", "Hanging Pot"), ("Seed Trays", "Seed Tray")],
    },
    Group {
        root: "Accessories", name: "Scarves and Gloves", types: ["Scarves", "Gloves"], scale: Scale::ColorOnly, dollars: 44, grams: 160,
        materials: &["Wool", "Silk", "Cashmere", "Leather", "Fleece"],
        kinds: [("Scarves", "Scarf"), ("Gloves", "Gloves"), ("Mittens", "Mittens"), ("Shawls", "Shawl"), ("Neck Warmers", "Neck Warmer")],
    },
    Group {
        root: "Desk", name: "Paper", types: ["Stationery", "Stationery"], scale: Scale::ColorOnly, dollars: 18, grams: 300,
        materials: &["Paper", "Leather", "Linen", "Cork", "Recycled Paper"],
        kinds: [("Notebooks", "Notebook"), ("Planners", "Planner"), ("Sketchbooks", "Sketchbook"), ("Folders", "Folder"), ("Letter Sets", "Letter Set")],
    },
    Group {
        root: "Outdoor", name: "Tools", types: ["Tools", "Tools"], scale: Scale::ColorOnly, dollars: 52, grams: 280,
        materials: &["Steel", "Titanium", "Brass", "Walnut", "Aluminum"],
        kinds: [("Pocket Knives", "Pocket Knife"), ("Headlamps", "Headlamp"), ("Compasses", "Compass"), ("Hatchets", "Hatchet"), ("Carabiners", "Carabiner")],
    },
    Group {
        root: "Kitchen", name: "Prep", types: ["Knives", "Boards"], scale: Scale::Home, dollars: 46, grams: 650,
        materials: &["Walnut", "Maple", "Olive Wood", "Steel", "Bamboo"],
        kinds: [("Cutting Boards", "Cutting Board"), ("Chef Knives", "Chef Knife"), ("Mixing Bowls", "Mixing Bowl"), ("Graters", "Grater"), ("Rolling Pins", "Rolling Pin")],
    },
    Group {
        root: "Home", name: "Furniture", types: ["Furniture", "Furniture"], scale: Scale::ColorOnly, dollars: 290, grams: 9500,
        materials: &["Oak", "Walnut", "Ash", "Rattan", "Steel"],
        kinds: [("Stools", "Stool"), ("Side Tables", "Side Table"), ("Shelves", "Shelf"), ("Benches", "Bench"), ("Armchairs", "Armchair")],
    },
    Group {
        root: "Outdoor", name: "Cycling", types: ["Cycling", "Cycling"], scale: Scale::Apparel, dollars: 62, grams: 260,
        materials: &["Merino", "Polyester", "Mesh", "Nylon", "Fleece"],
        kinds: [("Jerseys", "Jersey"), ("Bib Shorts", "Bib Shorts"), ("Wind Vests", "Wind Vest"), ("Arm Warmers", "Arm Warmers"), ("Overshoes", "Overshoes")],
    },
    Group {
        root: "Garden", name: "Garden Tools", types: ["Garden Tools", "Garden Tools"], scale: Scale::ColorOnly, dollars: 34, grams: 780,
        materials: &["Steel", "Ash", "Copper", "Leather", "Carbon Steel"],
        kinds: [("Trowels", "Trowel"), ("Pruners", "Pruner"), ("Rakes", "Rake"), ("Spades", "Spade"), ("Garden Aprons", "Garden Apron")],
    },
    Group {
        root: "Desk", name: "Organizers", types: ["Organizers", "Organizers"], scale: Scale::ColorOnly, dollars: 40, grams: 620,
        materials: &["Walnut", "Felt", "Aluminum", "Cork", "Leather"],
        kinds: [("Desk Mats", "Desk Mat"), ("Pen Trays", "Pen Tray"), ("Monitor Stands", "Monitor Stand"), ("Cable Cases", "Cable Case"), ("Bookends", "Bookend")],
    },
    Group {
        root: "Outdoor", name: "Swim", types: ["Swimwear", "Swimwear"], scale: Scale::Apparel, dollars: 48, grams: 180,
        materials: &["Nylon", "Polyester", "Ribbed Nylon", "Terry", "Recycled Nylon"],
        kinds: [("Swimsuits", "Swimsuit"), ("Swim Trunks", "Swim Trunks"), ("Rash Guards", "Rash Guard"), ("Beach Ponchos", "Beach Poncho"), ("Swim Caps", "Swim Cap")],
    },
    Group {
        root: "Garden", name: "Outdoor Living", types: ["Outdoor Living", "Outdoor Living"], scale: Scale::ColorOnly, dollars: 130, grams: 5200,
        materials: &["Teak", "Steel", "Eucalyptus", "Concrete", "Rope"],
        kinds: [("Deck Chairs", "Deck Chair"), ("Fire Bowls", "Fire Bowl"), ("Parasols", "Parasol"), ("Bird Houses", "Bird House"), ("Doormats", "Doormat")],
    },
    Group {
        root: "Desk", name: "Writing", types: ["Pens", "Pens"], scale: Scale::ColorOnly, dollars: 24, grams: 60,
        materials: &["Brass", "Steel", "Resin", "Cedar", "Copper"],
        kinds: [("Fountain Pens", "Fountain Pen"), ("Pencils", "Pencil"), ("Mechanical Pencils", "Mechanical Pencil"), ("Inkwells", "Inkwell"), ("Rulers", "Ruler")],
    },
];
