package holdfast.judge.msm1;

import de.javakaffee.web.msm.JavaSerializationTranscoder;
import de.javakaffee.web.msm.MemcachedBackupSession;
import de.javakaffee.web.msm.SessionAttributesTranscoder;
import de.javakaffee.web.msm.serializer.kryo.KryoTranscoderFactory;
import holdfast.judge.Codec;
import holdfast.judge.Library;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** MSM 1.8.2: Kryo 1.04, and Java serialization as the older generation writes it. */
public final class Set implements Library {
    @Override public Codec codec(String format, String[] converters, boolean copy) {
        switch (format) {
            case "java":
                return codec(new JavaSerializationTranscoder(Stub.MANAGER));
            case "kryo1": {
                KryoTranscoderFactory factory = new KryoTranscoderFactory();
                factory.setCopyCollectionsForSerialization(copy);
                factory.setCustomConverterClassNames(converters.length == 0 ? null : converters);
                return codec(factory.createTranscoder(Stub.MANAGER));
            }
            default:
                return null;
        }
    }

    private static Codec codec(SessionAttributesTranscoder transcoder) {
        MemcachedBackupSession session = Stub.session();
        return new Codec() {
            @Override public byte[] write(ConcurrentMap<String, Object> attributes) {
                return transcoder.serializeAttributes(session, attributes);
            }

            @Override public ConcurrentMap<String, Object> read(byte[] bytes) {
                Map<String, Object> attributes = transcoder.deserializeAttributes(bytes);
                return attributes instanceof ConcurrentMap ? (ConcurrentMap<String, Object>) attributes
                    : new ConcurrentHashMap<>(attributes);
            }
        };
    }
}
