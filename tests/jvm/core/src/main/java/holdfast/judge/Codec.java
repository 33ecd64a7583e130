package holdfast.judge;

import java.util.concurrent.ConcurrentMap;

/** A real transcoder: the attributes of a session to bytes and back. */
public interface Codec {
    byte[] write(ConcurrentMap<String, Object> attributes) throws Exception;

    ConcurrentMap<String, Object> read(byte[] bytes) throws Exception;
}
