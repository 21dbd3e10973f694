loading = true
while not may_end do require "shop".wait() end
return "slow"
