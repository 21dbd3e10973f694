enum WorkbenchPlaceholder {}
