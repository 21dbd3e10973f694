import Hummingbird
import Logging
import NIOCore

/// What is known about a request besides itself: who sent it.
struct CloudContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// The other side's address; nil where the system does not say.
  let caller: SocketAddress?

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    caller = source.channel.remoteAddress
  }
}
