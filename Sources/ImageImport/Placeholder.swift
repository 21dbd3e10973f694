enum ImageImportPlaceholder {}
