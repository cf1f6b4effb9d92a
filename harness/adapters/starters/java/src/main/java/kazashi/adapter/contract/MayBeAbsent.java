package kazashi.adapter.contract;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** A field that a message may leave out (null, or false, when it does). Every other field must be there. */
@Retention(RetentionPolicy.RUNTIME)
@interface MayBeAbsent {}
