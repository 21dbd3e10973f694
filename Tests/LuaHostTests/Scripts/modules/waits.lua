return require "shop".wait "waited"
