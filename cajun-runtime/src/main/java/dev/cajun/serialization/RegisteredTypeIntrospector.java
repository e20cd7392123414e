package dev.cajun.serialization;

import java.util.Collection;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.cajun.serialization.SerializationException.Kind;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DatabindContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.databind.jsontype.PolymorphicTypeValidator;
import tools.jackson.databind.jsontype.TypeIdResolver;
import tools.jackson.databind.jsontype.impl.StdTypeResolverBuilder;
import tools.jackson.databind.jsontype.impl.TypeIdResolverBase;

/**
 * Gives a value of a sealed interface, or of another type for which several classes may
 * stand, its logical name in the property {@value #PROPERTY}, unless the application's
 * own {@link JsonTypeInfo} says how. A name is looked up in the registry, never loaded.
 */
final class RegisteredTypeIntrospector extends JacksonAnnotationIntrospector {

	static final String PROPERTY = "@type";

	private static final long serialVersionUID = 1L;

	private final transient TypeGraph graph;

	RegisteredTypeIntrospector(TypeGraph graph) {
		this.graph = graph;
	}

	@Override
	public @Nullable Object findTypeResolverBuilder(MapperConfig<?> config, Annotated annotated) {
		Object own = super.findTypeResolverBuilder(config, annotated);
		if (own != null || !(annotated instanceof AnnotatedClass) || findPolymorphicTypeInfo(config, annotated) != null
				|| !this.graph.reaches(annotated.getRawType()) || !this.graph.polymorphic(annotated.getRawType())) {
			return own;
		}
		return new LogicalNamesBuilder(this.graph, annotated.getRawType());
	}

	/** Makes the names for one declared type. */
	private static final class LogicalNamesBuilder extends StdTypeResolverBuilder {

		private static final long serialVersionUID = 1L;

		private final transient TypeGraph graph;

		LogicalNamesBuilder(TypeGraph graph, Class<?> type) {
			// Data of before a class got subclasses has no name: it is the class itself.
			super(JsonTypeInfo.Value.construct(JsonTypeInfo.Id.CUSTOM, JsonTypeInfo.As.PROPERTY, PROPERTY,
					TypeGraph.instantiable(type) ? type : null, false, null));
			this.graph = graph;
		}

		@Override
		public StdTypeResolverBuilder init(JsonTypeInfo.@Nullable Value settings, @Nullable TypeIdResolver resolver) {
			return this;
		}

		@Override
		public StdTypeResolverBuilder withDefaultImpl(Class<?> type) {
			return this;
		}

		@Override
		protected TypeIdResolver idResolver(DatabindContext context, JavaType type, PolymorphicTypeValidator validator,
				Collection<NamedType> subtypes, boolean write, boolean read) {
			return new LogicalNames(this.graph, type);
		}

	}

	/** Maps the classes that may stand for one type to their names, and back. */
	private static final class LogicalNames extends TypeIdResolverBase {

		private static final long serialVersionUID = 1L;

		private final transient TypeGraph graph;

		private final transient Map<Class<?>, String> names;

		LogicalNames(TypeGraph graph, JavaType type) {
			super(type);
			this.graph = graph;
			this.names = graph.names(type.getRawClass());
		}

		@Override
		public String idFromValue(DatabindContext context, Object value) {
			return idFromValueAndType(context, value, value.getClass());
		}

		@Override
		public String idFromValueAndType(DatabindContext context, @Nullable Object value, Class<?> suggested) {
			Class<?> type = _resolveToParentAsNecessary((value != null) ? value.getClass() : suggested);
			String name = this.names.get(type);
			if (name == null) {
				name = this.graph.name(this._baseType.getRawClass(), type);
			}
			if (name == null) {
				throw new SerializationException(Kind.NOT_SERIALIZABLE,
						type.getName() + " may not stand for " + this._baseType.toCanonical());
			}
			return name;
		}

		@Override
		public JavaType typeFromId(DatabindContext context, String id) {
			Class<?> type = this.graph.find(this._baseType.getRawClass(), id);
			if (type == null) {
				throw new SerializationException(Kind.UNKNOWN_TYPE,
						"No type of the name '" + shorten(id) + "' may stand for " + this._baseType.toCanonical());
			}
			return this.graph.specialize(this._baseType, type);
		}

		private static String shorten(String id) {
			return (id.length() <= 128) ? id : id.substring(0, 128) + "...";
		}

		@Override
		public JsonTypeInfo.Id getMechanism() {
			return JsonTypeInfo.Id.CUSTOM;
		}

	}

}
