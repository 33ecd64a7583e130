package holdfast.judge.msm2;

import de.javakaffee.web.msm.JavaSerializationTranscoderFactory;
import de.javakaffee.web.msm.MemcachedBackupSession;
import de.javakaffee.web.msm.SessionAttributesTranscoder;
import de.javakaffee.web.msm.TranscoderFactory;
import de.javakaffee.web.msm.serializer.javolution.JavolutionTranscoderFactory;
import de.javakaffee.web.msm.serializer.kryo.KryoTranscoderFactory;
import de.javakaffee.web.msm.serializer.xstream.XStreamTranscoderFactory;
import holdfast.judge.Codec;
import holdfast.judge.Library;
import java.util.concurrent.ConcurrentMap;

/** MSM 2.3.2: Java serialization and Kryo 4; and the transcoders of XStream 1.4.7 and Javolution 5.5.1, last released with 2.1.1. */
public final class Set implements Library {
    @Override public Codec codec(String format, String[] converters, boolean copy) {
        TranscoderFactory factory;
        switch (format) {
            case "java":
                factory = new JavaSerializationTranscoderFactory();
                break;
            case "kryo":
                factory = new KryoTranscoderFactory();
                break;
            case "xstream":
                factory = new XStreamTranscoderFactory();
                break;
            case "javolution":
                factory = new JavolutionTranscoderFactory();
                break;
            default:
                return null;
        }
        if (copy) {
            factory.setCopyCollectionsForSerialization(true);
        }
        if (converters.length > 0) {
            factory.setCustomConverterClassNames(converters);
        }
        return codec(factory.createTranscoder(Stub.MANAGER));
    }

    private static Codec codec(SessionAttributesTranscoder transcoder) {
        MemcachedBackupSession session = Stub.session();
        return new Codec() {
            @Override public byte[] write(ConcurrentMap<String, Object> attributes) {
                return transcoder.serializeAttributes(session, attributes);
            }

            @Override public ConcurrentMap<String, Object> read(byte[] bytes) {
                return transcoder.deserializeAttributes(bytes);
            }
        };
    }
}
