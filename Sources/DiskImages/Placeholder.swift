enum DiskImagesPlaceholder {}
