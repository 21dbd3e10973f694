enum ScriptAPIPlaceholder {}
