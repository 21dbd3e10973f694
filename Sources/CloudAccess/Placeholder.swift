enum CloudAccessPlaceholder {}
