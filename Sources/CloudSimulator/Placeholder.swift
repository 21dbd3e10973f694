enum CloudSimulatorPlaceholder {}
